import type { RequestRecord } from '../core/record.ts';

export interface ReadFacts {
  /** Events that carried tokens. */
  readonly events: number;
  /** Of these, events that shared their read with another one. */
  readonly sharedReads: number;
}

/** How often several events came out of one read: sent together by the server, or read late by us. */
export class ReadStatistics {
  #events = 0;
  #shared = 0;

  add({ chunks }: RequestRecord): void {
    const { at, tokens, read } = chunks;
    for (let i = 0; i < at.length; i++) {
      if ((tokens[i] ?? 0) === 0) continue;
      this.#events++;
      const sharesBefore = i > 0 && read[i - 1] === read[i] && (tokens[i - 1] ?? 0) > 0;
      const sharesAfter = read[i + 1] === read[i] && (tokens[i + 1] ?? 0) > 0;
      if (sharesBefore || sharesAfter) this.#shared++;
    }
  }

  facts(): ReadFacts {
    return { events: this.#events, sharedReads: this.#shared };
  }
}
