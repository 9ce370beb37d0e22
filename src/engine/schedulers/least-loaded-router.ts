import type { Nanoseconds } from '../../core/units.ts';
import type { Station } from '../assembly.ts';
import { DueQueue } from '../due-queue.ts';
import type { BatchLoop } from '../loop/batch-loop.ts';
import type { Sequence } from '../loop/sequence.ts';

interface Due {
  readonly kind: 'arrive' | 'cancel';
  readonly sequence: Sequence;
}

/** Sends each request, when it arrives, to the loop that has the least to do: the sum of `weight` of its requests. */
export class LeastLoadedRouter implements Station {
  readonly #loops: readonly BatchLoop[];
  readonly #weight: (sequence: Sequence) => number;
  readonly #pending: number[];
  readonly #due = new DueQueue<Due>();
  /** Which loop has a request that is not done. */
  readonly #home = new Map<number, number>();

  constructor(loops: readonly BatchLoop[], weight: (sequence: Sequence) => number) {
    this.#loops = loops;
    this.#weight = weight;
    this.#pending = loops.map(() => 0);
  }

  nextAt(): number {
    return this.#due.peek()?.at ?? Number.POSITIVE_INFINITY;
  }

  step(): void {
    const due = this.#due.pop();
    if (due === undefined) return;
    if (due.item.kind === 'arrive') this.#route(due.item.sequence, due.at);
    else this.#cancel(due.item.sequence, due.at);
  }

  enqueue(sequence: Sequence, at: number): void {
    this.#due.push(at as Nanoseconds, { kind: 'arrive', sequence });
  }

  cancel(sequence: Sequence, at: number): void {
    this.#due.push(at as Nanoseconds, { kind: 'cancel', sequence });
  }

  /** A request is no more of the load of its loop. */
  done(sequence: Sequence): void {
    const index = this.#home.get(sequence.id);
    if (index === undefined) return;
    this.#home.delete(sequence.id);
    this.#pending[index] = (this.#pending[index] ?? 0) - this.#weight(sequence);
  }

  #route(sequence: Sequence, at: number): void {
    if (sequence.state === 'ended') return;
    const index = this.#pending.indexOf(Math.min(...this.#pending));
    this.#home.set(sequence.id, index);
    this.#pending[index] = (this.#pending[index] ?? 0) + this.#weight(sequence);
    this.#loops[index]?.enqueue(sequence, at);
  }

  #cancel(sequence: Sequence, at: number): void {
    const index = this.#home.get(sequence.id);
    if (index !== undefined) this.#loops[index]?.cancel(sequence, at);
    else sequence.state = 'ended';
    this.done(sequence);
  }
}
