import type { Nanoseconds } from '../core/units.ts';
import type { Emission } from './core.ts';
import type { TimelineSink } from './timeline-sink.ts';

/** Emissions one by one, in order of time, until the driver's clock has come to them. */
export class Outbox {
  #emissions: Emission[] = [];
  #head = 0;
  /** Clients that are gone, and since when. */
  readonly #gone = new Map<number, number>();

  /** What loops report becomes an emission each. */
  readonly sink: TimelineSink = {
    tokens: (id, at, tokens) => this.#emissions.push({ kind: 'tokens', id, at, tokens }),
    run: (requests, times, count) => {
      for (let i = 0; i < count; i++) {
        const at = (times[i] ?? 0) as Nanoseconds;
        for (const { id } of requests) this.#emissions.push({ kind: 'tokens', id, at, tokens: 1 });
      }
    },
    finished: (id, at, { cachedTokens, scheduledAt }) =>
      this.#emissions.push({ kind: 'finished', id, at, cachedTokens, scheduledAt }),
    rejected: (id, at, reason) => this.#emissions.push({ kind: 'rejected', id, at, reason }),
  };

  nextAt(): number {
    return this.#emissions[this.#head]?.at ?? Number.POSITIVE_INFINITY;
  }

  /** Nothing leaves any more for this client. */
  mute(id: number, at: number): void {
    this.#gone.set(id, at);
  }

  unmute(id: number): void {
    this.#gone.delete(id);
  }

  flush(to: number, emit: (emission: Emission) => void): void {
    for (
      let next = this.#emissions[this.#head];
      next !== undefined && next.at <= to;
      next = this.#emissions[this.#head]
    ) {
      this.#head++;
      const goneAt = this.#gone.get(next.id);
      if (goneAt === undefined || next.at < goneAt) emit(next);
    }
    if (this.#head < this.#emissions.length && this.#head <= 4096) return;
    this.#emissions = this.#emissions.slice(this.#head);
    this.#head = 0;
  }
}
