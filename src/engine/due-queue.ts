import type { Nanoseconds } from '../core/units.ts';

const firstRoom = 16;

/**
 * What is due when: a binary heap by time; what is due at the same time leaves in the order it came. Columns in place
 * of an object an entry: in real time entries outlive a batch, and thousands of them would fill the old heap.
 */
export class DueQueue<T> {
  #ats = new Float64Array(firstRoom);
  #orders = new Float64Array(firstRoom);
  readonly #items: T[] = [];
  #order = 0;

  get size(): number {
    return this.#items.length;
  }

  peek(): { readonly at: Nanoseconds; readonly item: T } | undefined {
    if (this.#items.length === 0) return undefined;
    return { at: this.#ats[0] as Nanoseconds, item: this.#items[0] as T };
  }

  push(at: Nanoseconds, item: T): void {
    let hole = this.#items.length;
    if (hole === this.#ats.length) this.#grow();
    const order = this.#order++;
    this.#items.push(item);
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (!this.#isBefore(at, order, parent)) break;
      this.#move(parent, hole);
      hole = parent;
    }
    this.#put(hole, at, order, item);
  }

  pop(): { readonly at: Nanoseconds; readonly item: T } | undefined {
    const first = this.peek();
    if (!first) return undefined;
    const last = this.#items.length - 1;
    const [at = 0, order = 0] = [this.#ats[last], this.#orders[last]];
    const item = this.#items.pop() as T;
    if (last > 0) this.#sink(at, order, item);
    return first;
  }

  #sink(at: number, order: number, item: T): void {
    const count = this.#items.length;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= count) break;
      const right = child + 1;
      if (right < count && this.#isBefore(this.#ats[right] ?? 0, this.#orders[right] ?? 0, child)) child = right;
      if (this.#isBefore(at, order, child)) break;
      this.#move(child, hole);
      hole = child;
    }
    this.#put(hole, at, order, item);
  }

  /** Whether it is due before what is at `place`. */
  #isBefore(at: number, order: number, place: number): boolean {
    const other = this.#ats[place] ?? 0;
    return at < other || (at === other && order < (this.#orders[place] ?? 0));
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#ats[from] ?? 0, this.#orders[from] ?? 0, this.#items[from] as T);
  }

  #put(place: number, at: number, order: number, item: T): void {
    this.#ats[place] = at;
    this.#orders[place] = order;
    this.#items[place] = item;
  }

  #grow(): void {
    const twice = (column: Float64Array): Float64Array<ArrayBuffer> => {
      const grown = new Float64Array(2 * column.length);
      grown.set(column);
      return grown;
    };
    this.#ats = twice(this.#ats);
    this.#orders = twice(this.#orders);
  }
}
