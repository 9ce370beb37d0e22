import type { Nanoseconds } from '../core/units.ts';

interface Due<T> {
  readonly at: Nanoseconds;
  readonly order: number;
  readonly item: T;
}

/** What is due when: a binary heap by time; what is due at the same time leaves in the order it came. */
export class DueQueue<T> {
  readonly #heap: Due<T>[] = [];
  #order = 0;

  get size(): number {
    return this.#heap.length;
  }

  peek(): { readonly at: Nanoseconds; readonly item: T } | undefined {
    return this.#heap[0];
  }

  push(at: Nanoseconds, item: T): void {
    const due: Due<T> = { at, order: this.#order++, item };
    const heap = this.#heap;
    let hole = heap.length;
    heap.push(due);
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !before(due, above)) break;
      heap[hole] = above;
      hole = parent;
    }
    heap[hole] = due;
  }

  pop(): { readonly at: Nanoseconds; readonly item: T } | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last !== undefined && heap.length > 0) this.#sink(last);
    return first;
  }

  #sink(due: Due<T>): void {
    const heap = this.#heap;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      let below = heap[child];
      if (below === undefined) break;
      const right = heap[child + 1];
      if (right !== undefined && before(right, below)) {
        below = right;
        child++;
      }
      if (!before(below, due)) break;
      heap[hole] = below;
      hole = child;
    }
    heap[hole] = due;
  }
}

const before = <T>(a: Due<T>, b: Due<T>): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);
