import { grown } from './timeline.ts';

/** A population whose order statistics can be asked for. */
export interface Population {
  readonly n: number;
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly mean: number | undefined;
  /** Values at these ranks, from 1, in the order asked. */
  at(ranks: readonly number[]): number[];
  /** Rank up to which values are exact; above it a value is a lower bound. */
  readonly exactUpTo?: (value: number) => number;
  /**
   * By how much the variance of the share of values above each threshold exceeds that of independent
   * values; absent where values are independent. Infinity: nothing can be said.
   */
  designEffects?(thresholds: readonly number[]): number[];
}

/** One value per request. A request we cut off adds the value reached by then, as a lower bound. */
export class Sample implements Population {
  #values = new Float64Array(64);
  #censored: number[] = [];
  #n = 0;
  #sorted = false;
  #ordered: Float64Array | undefined;
  undefinedCount = 0;

  add(value: number | undefined): void {
    if (value === undefined) {
      this.undefinedCount++;
      return;
    }
    this.#values = grown(this.#values, this.#n + 1);
    this.#values[this.#n++] = value;
    this.#sorted = false;
  }

  addLowerBound(value: number): void {
    this.#censored.push(value);
    this.#sorted = false;
  }

  get n(): number {
    return this.#n + this.#censored.length;
  }

  /** Exact values, ascending. */
  get exact(): Float64Array {
    this.#sort();
    return this.#values.subarray(0, this.#n);
  }

  get min(): number | undefined {
    return this.exact[0];
  }

  get max(): number | undefined {
    return this.exact[this.#n - 1];
  }

  /** Of the exact values. */
  get mean(): number | undefined {
    if (this.#n === 0) return undefined;
    let sum = 0;
    for (let i = 0; i < this.#n; i++) sum += this.#values[i] as number;
    return sum / this.#n;
  }

  at(ranks: readonly number[]): number[] {
    this.#sort();
    const ordered = this.#ordered ?? this.exact;
    return ranks.map((rank) => ordered[rank - 1] as number);
  }

  /** How many exact values are ≤ value. */
  exactUpTo = (value: number): number => {
    const exact = this.exact;
    let [low, high] = [0, exact.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((exact[middle] as number) <= value) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  #sort(): void {
    if (this.#sorted) return;
    this.#values.subarray(0, this.#n).sort();
    this.#ordered =
      this.#censored.length === 0
        ? undefined
        : Float64Array.from([...this.#values.subarray(0, this.#n), ...this.#censored]).sort();
    this.#sorted = true;
  }
}
