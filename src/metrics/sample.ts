import { NumberList } from './number-list.ts';
import { selectRanks } from './select-ranks.ts';

/** A population whose order statistics can be asked for. */
export interface Population {
  readonly n: number;
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly mean: number | undefined;
  /** Values at these ranks, from 1, in the order asked. */
  at(ranks: readonly number[]): number[];
  /** How many exactly known values are at most this one; absent where all are exactly known. */
  exactUpTo?(value: number): number;
  /**
   * By how much the variance of the share of values above each threshold exceeds that of independent
   * values; absent where values are independent. Infinity: nothing can be said.
   */
  designEffects?(thresholds: readonly number[]): number[];
}

/** One value per request. A request we cut off adds the value reached by then, as a lower bound. */
export class Sample {
  readonly #expected: number;
  #values: NumberList | undefined;
  #sum = 0;
  readonly #bounds: number[] = [];
  undefinedCount = 0;

  /** `expected`: how many values will come at most, if that is known. */
  constructor(expected = 0) {
    this.#expected = expected;
  }

  add(value: number | undefined): void {
    if (value === undefined) {
      this.undefinedCount++;
      return;
    }
    this.#values ??= new NumberList(this.#expected);
    this.#values.push(value);
    this.#sum += value;
  }

  addLowerBound(value: number): void {
    this.#bounds.push(value);
  }

  /** Mean and extremes of the exact values, order statistics of all. */
  get population(): Population {
    const exact = this.#values?.values ?? new Float64Array(0);
    const all = this.#bounds.length === 0 ? exact : Float64Array.from([...exact, ...this.#bounds]);
    const { min, max } = extremes(exact);
    return {
      n: all.length,
      min,
      max,
      mean: exact.length === 0 ? undefined : this.#sum / exact.length,
      at(ranks) {
        selectRanks(
          all,
          [...new Set(ranks)].sort((a, b) => a - b),
        );
        return ranks.map((rank) => all[rank - 1] as number);
      },
      ...(this.#bounds.length === 0 ? {} : { exactUpTo: (value) => exact.filter((each) => each <= value).length }),
    };
  }
}

function extremes(values: Float64Array): { min: number | undefined; max: number | undefined } {
  if (values.length === 0) return { min: undefined, max: undefined };
  let min = values[0] as number;
  let max = min;
  for (let i = 1; i < values.length; i++) {
    const value = values[i] as number;
    if (value < min) min = value;
    else if (value > max) max = value;
  }
  return { min, max };
}
