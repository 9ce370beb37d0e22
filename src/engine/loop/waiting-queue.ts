import type { Sequence } from './sequence.ts';

/** Who waits for admission. First come first served, or by priority (smaller first) and then arrival. */
export class WaitingQueue {
  readonly #byPriority: boolean;
  #items: Sequence[] = [];
  #head = 0;

  constructor(policy: 'fcfs' | 'priority') {
    this.#byPriority = policy === 'priority';
  }

  get size(): number {
    return this.#items.length - this.#head;
  }

  head(): Sequence | undefined {
    return this.#items[this.#head];
  }

  take(): Sequence | undefined {
    const sequence = this.#items[this.#head];
    if (sequence === undefined) return undefined;
    this.#head++;
    if (this.#head > 1024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return sequence;
  }

  push(sequence: Sequence): void {
    if (this.#byPriority) this.#insert(sequence);
    else this.#items.push(sequence);
  }

  /** A preempted sequence goes to the head, or to its place by priority. */
  putBack(sequence: Sequence): void {
    if (this.#byPriority) this.#insert(sequence);
    else if (this.#head > 0) this.#items[--this.#head] = sequence;
    else this.#items.unshift(sequence);
  }

  remove(sequence: Sequence): void {
    const index = this.#items.indexOf(sequence, this.#head);
    if (index >= 0) this.#items.splice(index, 1);
  }

  #insert(sequence: Sequence): void {
    let low = this.#head;
    let high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.#items[middle];
      if (other !== undefined && precedes(other, sequence)) low = middle + 1;
      else high = middle;
    }
    this.#items.splice(low, 0, sequence);
  }
}

/** Order of service under the priority policy. */
export const precedes = (a: Sequence, b: Sequence): boolean =>
  a.priority < b.priority || (a.priority === b.priority && a.arrivedAt <= b.arrivedAt);
