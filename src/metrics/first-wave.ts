import type { Answer } from './answer.ts';
import { firstTokenWait } from './latency.ts';

export interface FirstWaveWaits {
  /** Users whose first request is among those scored. */
  readonly users: number;
  /** Requests after those. */
  readonly after: number;
  /** Median wait for the first token, milliseconds: of the users' first requests, and of all that came after. */
  readonly first: number;
  readonly later: number;
}

interface Wait {
  readonly request: number;
  readonly milliseconds: number;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[(values.length - 1) >> 1] as number;

/**
 * Users of a closed loop all begin at once unless they are told to start in steps: their first requests meet an
 * idle server as one herd, and no later ones do. They are shown beside the rest.
 */
export class FirstWave {
  readonly #firsts = new Map<number, Wait>();
  readonly #later: number[] = [];

  add({ record, timeline }: Answer): void {
    const { session, id } = record;
    const milliseconds = firstTokenWait(timeline, timeline.origin);
    if (session === undefined || milliseconds === undefined) return;
    const known = this.#firsts.get(session);
    const isFirst = known === undefined || id < known.request;
    if (isFirst) this.#firsts.set(session, { request: id, milliseconds });
    const after = isFirst ? known?.milliseconds : milliseconds;
    if (after !== undefined) this.#later.push(after);
  }

  /** Undefined where nobody's very first request is among those that were scored, or nothing came after them. */
  get waits(): FirstWaveWaits | undefined {
    const each = [...this.#firsts.values()];
    const wave = each.filter(({ request }) => request < each.length);
    const later = [...this.#later, ...each.filter((wait) => !wave.includes(wait)).map((wait) => wait.milliseconds)];
    if (wave.length === 0 || later.length === 0) return undefined;
    return {
      users: wave.length,
      after: later.length,
      first: median(wave.map((wait) => wait.milliseconds)),
      later: median(later),
    };
  }
}
