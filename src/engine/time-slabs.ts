/** Numbers in one slab: 2 MiB. */
const slabLength = 256 * 1024;

/** Room for token times, cut from large arrays: an array of its own per request would cost more than its tokens. */
export class TimeSlabs {
  #slab: Float64Array;
  #used = 0;

  /** `expected`: numbers needed in all, as far as known; small simulations take no more than that. */
  constructor(expected: number) {
    this.#slab = new Float64Array(Math.min(slabLength, expected));
  }

  take(length: number): { readonly slab: Float64Array; readonly offset: number } {
    if (this.#used + length > this.#slab.length) {
      this.#slab = new Float64Array(Math.max(slabLength, length));
      this.#used = 0;
    }
    const offset = this.#used;
    this.#used += length;
    return { slab: this.#slab, offset };
  }
}
