import type { Nanoseconds } from '../../core/units.ts';
import { DueQueue } from '../due-queue.ts';
import type { Sequence } from './sequence.ts';

type Entry = { readonly kind: 'arrive' | 'cancel'; readonly sequence: Sequence } | { readonly kind: 'wake' };

interface Arrival {
  readonly at: number;
  readonly sequence: Sequence;
}

/** What comes to a loop from outside: requests, cancellations, and reasons to plan again. */
export class Agenda {
  readonly #entries = new DueQueue<Entry>();
  /** Arrived, but after the batch in the pipeline was frozen. */
  #arrived: Arrival[] = [];

  enqueue(sequence: Sequence, at: number): void {
    this.#entries.push(at as Nanoseconds, { kind: 'arrive', sequence });
  }

  cancel(sequence: Sequence, at: number): void {
    this.#entries.push(at as Nanoseconds, { kind: 'cancel', sequence });
  }

  wake(at: number): void {
    this.#entries.push(at as Nanoseconds, { kind: 'wake' });
  }

  /** When something comes next; infinity if nothing is known to. */
  nextAt(): number {
    return this.#entries.peek()?.at ?? Number.POSITIVE_INFINITY;
  }

  /** Requests that have arrived and that the scheduler has not been shown yet. */
  get hidden(): number {
    return this.#arrived.length;
  }

  /** Takes in what has come by `now`. Cancelled requests go to `drop`. */
  takeIn(now: number, drop: (sequence: Sequence) => void): void {
    for (let next = this.#entries.peek(); next !== undefined && next.at <= now; next = this.#entries.peek()) {
      this.#entries.pop();
      const { at, item } = next;
      if (item.kind === 'wake' || item.sequence.state === 'ended') continue;
      if (item.kind === 'arrive') this.#arrived.push({ at, sequence: item.sequence });
      else {
        this.#arrived = this.#arrived.filter(({ sequence }) => sequence !== item.sequence);
        drop(item.sequence);
      }
    }
  }

  /** Hands over the requests that had come by `frozenAt`. */
  show(frozenAt: number, to: (sequence: Sequence) => void): void {
    if (this.#arrived.length === 0) return;
    const late = this.#arrived.findIndex(({ at }) => at > frozenAt);
    const seen = late < 0 ? this.#arrived : this.#arrived.slice(0, late);
    this.#arrived = late < 0 ? [] : this.#arrived.slice(late);
    for (const { sequence } of seen) to(sequence);
  }
}
