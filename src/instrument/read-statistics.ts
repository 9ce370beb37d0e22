import type { RequestRecord } from '../core/record.ts';
import { type Nanoseconds, nanoseconds } from '../core/units.ts';

export interface ReadFacts {
  /** Events that carried tokens. */
  readonly events: number;
  /** Of these, events that shared their read with another one. */
  readonly sharedReads: number;
  /** Median time between two reads of one stream, of the first ones seen. */
  readonly medianGap?: Nanoseconds;
}

const mostGaps = 100_000;

/** How often several events came out of one read: sent together by the server, or read late by us. */
export class ReadStatistics {
  #events = 0;
  #shared = 0;
  readonly #gaps: number[] = [];

  add({ chunks }: RequestRecord): void {
    const { at, tokens, read } = chunks;
    const holdsTokens = (i: number): boolean => (tokens[i] ?? 0) > 0;
    for (let i = 0; i < at.length; i++) {
      if (!holdsTokens(i)) continue;
      this.#events++;
      const sharesBefore = i > 0 && read[i - 1] === read[i] && holdsTokens(i - 1);
      const sharesAfter = read[i + 1] === read[i] && holdsTokens(i + 1);
      if (sharesBefore || sharesAfter) this.#shared++;
      if (i > 0 && !sharesBefore && this.#gaps.length < mostGaps) this.#gaps.push((at[i] ?? 0) - (at[i - 1] ?? 0));
    }
  }

  facts(): ReadFacts {
    const sorted = Float64Array.from(this.#gaps).sort();
    const median = sorted[Math.ceil(sorted.length / 2) - 1];
    return {
      events: this.#events,
      sharedReads: this.#shared,
      ...(median !== undefined && { medianGap: nanoseconds(median) }),
    };
  }
}
