import type { ProbeCost } from './capacity-probe.ts';

export interface CapacityOptions {
  /** Required share of each condition of the objective, in the order of the tallies. */
  readonly shares: readonly number[];
  /** Probability that the interval holds the capacity. */
  readonly confidence: number;
  /** Relative width at which the interval is narrow enough. */
  readonly tolerance: number;
  /** First load to look at. */
  readonly start: number;
  /** Loads below and above are not tried. */
  readonly low: number;
  readonly high: number;
  /** Loads are whole numbers, such as users. */
  readonly whole: boolean;
  /** Requests of the first look at a load. */
  readonly firstRequests: number;
  /** A further look at a load observes this many times what has been observed there, or more. */
  readonly growth: number;
  /** The search ends when one of these is spent. */
  readonly budget: Partial<ProbeCost>;
}

export const defaultCapacityOptions: Omit<CapacityOptions, 'shares'> = {
  confidence: 0.95,
  tolerance: 0.05,
  start: 1,
  low: 1 / 64,
  high: 1 << 20,
  whole: false,
  firstRequests: 100,
  growth: 0.25,
  budget: {},
};

export const budgetSpent = (cost: ProbeCost, budget: Partial<ProbeCost>): boolean =>
  (['requests', 'seconds', 'tokens', 'money'] as const).some(
    (of) => (cost[of] ?? 0) >= (budget[of] ?? Number.POSITIVE_INFINITY),
  );

/** Loads that are tried: equal steps on a log scale, four of them no wider than the tolerance, doublings among them. */
export class LoadGrid {
  readonly #options: CapacityOptions;
  readonly #perDoubling: number;

  constructor(options: CapacityOptions) {
    this.#options = options;
    this.#perDoubling = Math.ceil((4 * Math.LN2) / Math.log1p(options.tolerance));
  }

  /** The grid's load nearest to any load, within what may be tried. */
  nearest(load: number): number {
    const { start, low, high } = this.#options;
    const steps = Math.round(Math.log2(load / start) * this.#perDoubling);
    return Math.min(high, Math.max(low, this.#at(steps)));
  }

  /** Ascending, without twins, both ends among them if they are on the grid or are a limit. */
  between(from: number, to: number): number[] {
    const { start } = this.#options;
    const first = Math.floor(Math.log2(from / start) * this.#perDoubling - 1e-9);
    const last = Math.ceil(Math.log2(to / start) * this.#perDoubling + 1e-9);
    const loads = [from, to];
    for (let i = first; i <= last; i++) loads.push(this.#at(i));
    return [...new Set(loads)].filter((load) => load >= from && load <= to).sort((a, b) => a - b);
  }

  /** Whether nothing worth trying lies between two loads. */
  closeEnough(lower: number, upper: number): boolean {
    const { whole, tolerance } = this.#options;
    return upper <= lower * (1 + tolerance) * (1 + 1e-3) || (whole && upper - lower <= 1);
  }

  #at(steps: number): number {
    const { start, whole } = this.#options;
    const load = start * 2 ** (steps / this.#perDoubling);
    return whole ? Math.max(1, Math.round(load)) : Number(load.toPrecision(5));
  }
}
