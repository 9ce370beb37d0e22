/**
 * Exact binomial statements: what a sample can say about a quantile or a share. Everything is summed
 * outwards from the mode by the ratio of neighbours, so no factorial is needed and n may be 10^8.
 */

/** Weights below this share of the mode's do not change a double. */
const negligible = 1e-18;

interface BinomialWindow {
  /** Successes at `cumulative[0]`. */
  readonly from: number;
  /** P(B ≤ from + i); 0 to the left, 1 to the right. */
  readonly cumulative: Float64Array;
}

/** Where Binomial(n, p), 0 < p < 1, has its mass. */
function binomialWindow(n: number, p: number): BinomialWindow {
  const mode = Math.min(n, Math.floor((n + 1) * p));
  const odds = p / (1 - p);
  const left = weights(mode, (k) => k / ((n - k + 1) * odds), -1, 0);
  const right = weights(mode, (k) => ((n - k) * odds) / (k + 1), 1, n);
  const cumulative = new Float64Array(left.length + 1 + right.length);
  let sum = 0;
  for (let i = 0; i < cumulative.length; i++) {
    const side = i - left.length;
    sum += (side < 0 ? left[-1 - side] : side === 0 ? 1 : right[side - 1]) as number;
    cumulative[i] = sum;
  }
  for (let i = 0; i < cumulative.length; i++) cumulative[i] = (cumulative[i] as number) / sum;
  return { from: mode - left.length, cumulative };
}

/** Weights of the neighbours of the mode, outwards, relative to the mode's. */
function weights(mode: number, ratio: (k: number) => number, step: number, end: number): number[] {
  const found: number[] = [];
  for (let k = mode, weight = 1; k !== end; k += step) {
    weight *= ratio(k);
    if (weight < negligible) break;
    found.push(weight);
  }
  return found;
}

/** P(B ≤ k) for B ~ Binomial(n, p). */
export function binomialCdf(k: number, n: number, p: number): number {
  if (k < 0) return 0;
  if (k >= n) return 1;
  if (p <= 0) return 1;
  if (p >= 1) return 0;
  const { from, cumulative } = binomialWindow(n, p);
  if (k < from) return 0;
  return cumulative[k - from] ?? 1;
}

/** Ranks, from 1, of the order statistics that enclose a quantile; an open end is absent. */
export interface RankInterval {
  readonly low?: number;
  readonly high?: number;
}

/**
 * The p-quantile lies between these order statistics of n independent values with at least this
 * confidence, whatever the distribution.
 */
export function quantileRanks(n: number, p: number, confidence: number): RankInterval {
  if (n < 1 || p <= 0 || p >= 1) return {};
  const tail = (1 - confidence) / 2;
  const { from, cumulative } = binomialWindow(n, p);
  // The quantile is below X_(l) if at most l − 1 values are; above X_(u) if at least u values are.
  const within = firstAbove(cumulative, tail);
  const low = from + within;
  const beyond = firstAtLeast(cumulative, 1 - tail);
  const high = from + beyond + 1;
  return { ...(low >= 1 ? { low } : {}), ...(high <= n ? { high } : {}) };
}

/** Index of the first entry > bound; the length if there is none. */
function firstAbove(ascending: Float64Array, bound: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? 0) > bound) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Index of the first entry ≥ bound; the length if there is none. */
function firstAtLeast(ascending: Float64Array, bound: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? 0) >= bound) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Clopper–Pearson: the exact interval of a share of k in n. */
export function shareInterval(k: number, n: number, confidence: number): { low: number; high: number } | undefined {
  if (n < 1) return undefined;
  const tail = (1 - confidence) / 2;
  return {
    low: k === 0 ? 0 : bisectShare((share) => 1 - binomialCdf(k - 1, n, share) < tail),
    high: k === n ? 1 : bisectShare((share) => binomialCdf(k, n, share) > tail),
  };
}

/** The share at which a condition that holds from 0 on ends. */
function bisectShare(holds: (share: number) => boolean): number {
  let [low, high] = [0, 1];
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Smallest sample whose exact 95 % interval lies at or above a share if all of it passes: 0.025^(1/n) ≥ share. */
export const leastToProve = (share: number): number =>
  share >= 1 ? Number.POSITIVE_INFINITY : Math.ceil(Math.log(0.025) / Math.log(share) - 1e-9);

/**
 * Smallest sample with which a claim about the p-quantile can be made with 99 % confidence when not
 * one value breaks it: the smallest n with p^n ≤ 0.01: 459 for P99, 44 for P90.
 */
export function neededSamples(p: number): number {
  const side = Math.max(p, 1 - p);
  return Math.ceil(Math.log(0.01) / Math.log(side));
}
