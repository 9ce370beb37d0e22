/** Counts per bucket with upper bounds, as Prometheus has them: cheap enough for every token. */
export class Histogram {
  readonly bounds: readonly number[];
  readonly #counts: Float64Array;
  #sum = 0;
  #count = 0;

  /** Upper bounds in rising order; one more bucket takes what is above all. */
  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.#counts = new Float64Array(bounds.length + 1);
  }

  get count(): number {
    return this.#count;
  }

  get sum(): number {
    return this.#sum;
  }

  observe(value: number, times = 1): void {
    let low = 0;
    let high = this.bounds.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (value <= (this.bounds[middle] ?? Number.POSITIVE_INFINITY)) high = middle;
      else low = middle + 1;
    }
    this.#counts[low] = (this.#counts[low] ?? 0) + times;
    this.#sum += value * times;
    this.#count += times;
  }

  /** Observations at or below each bound, and all of them at last. */
  cumulative(): number[] {
    let total = 0;
    return Array.from(this.#counts, (count) => {
      total += count;
      return total;
    });
  }

  /** The bound of the bucket that holds this share of the observations; undefined without any. */
  quantile(share: number): number | undefined {
    if (this.#count === 0) return undefined;
    const rank = Math.ceil(share * this.#count);
    const bucket = this.cumulative().findIndex((count) => count >= rank);
    return this.bounds[bucket] ?? Number.POSITIVE_INFINITY;
  }
}
