import { searchCapacity } from '../../src/analyses/capacity-search.ts';
import { bisect } from './bisection.ts';
import type { Target } from './targets.ts';

export interface Trials {
  readonly target: string;
  readonly tolerance: number;
  readonly trials: number;
  /** Share of intervals that hold the true capacity. */
  readonly coverage: number;
  readonly medianRequests: number;
  /** Median of |log(estimate ÷ truth)|. */
  readonly medianError: number;
  /** Bisection with the fewest requests per load whose median error is no larger. */
  readonly bisection: { readonly perLoad: number; readonly medianRequests: number; readonly medianError: number };
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

/** Fine enough that a bisection does not lose by its own last step. */
const bisectionTolerance = 0.001;
const mostPerLoad = 1_000_000;

export async function tryTarget(target: Target, tolerance: number, trials: number): Promise<Trials> {
  const costs: number[] = [];
  const errors: number[] = [];
  let covered = 0;
  for (let seed = 0; seed < trials; seed++) {
    const {
      lower = 0,
      upper = Number.POSITIVE_INFINITY,
      estimate,
      cost,
    } = await searchCapacity(target.probe(seed), {
      shares: [target.share],
      tolerance,
      budget: { requests: 1_000_000 },
    });
    costs.push(cost.requests);
    errors.push(Math.abs(Math.log((estimate ?? Number.NaN) / target.capacity)));
    if (lower <= target.capacity && target.capacity <= upper) covered++;
  }
  const medianError = median(errors.map((error) => (Number.isNaN(error) ? Number.POSITIVE_INFINITY : error)));
  return {
    target: target.name,
    tolerance,
    trials,
    coverage: covered / trials,
    medianRequests: median(costs),
    medianError,
    bisection: await equalBisection(target, medianError, Math.min(trials, 40)),
  };
}

async function equalBisection(target: Target, error: number, trials: number): Promise<Trials['bisection']> {
  for (let perLoad = 100; ; perLoad *= 2) {
    const results = [];
    for (let seed = 0; seed < trials; seed++) {
      results.push(await bisect(target.probe(10_000 + seed), target.share, perLoad, bisectionTolerance));
    }
    const medianError = median(results.map(({ capacity }) => Math.abs(Math.log(capacity / target.capacity))));
    const medianRequests = median(results.map(({ requests }) => requests));
    if (medianError <= error || perLoad >= mostPerLoad) return { perLoad, medianRequests, medianError };
  }
}

/** A row of the table in docs/capacity.md. */
export function tableRow({ target, tolerance, coverage, medianRequests, medianError, bisection }: Trials): string {
  const percent = (value: number): string => `${(value * 100).toFixed(2)} %`;
  const count = (value: number): string => value.toLocaleString('en-US');
  return `| ${target} | ${tolerance} | ${percent(coverage)} | ${count(medianRequests)} | ${percent(medianError)} | ${count(bisection.medianRequests)} | ${percent(bisection.medianError)} |`;
}
