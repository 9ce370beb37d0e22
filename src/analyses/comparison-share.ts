import { binomialCdf, quantileRanks } from '../metrics/binomial.ts';
import type { Spread } from './comparison-spread.ts';
import type { OrderedColumn, Statistic } from './comparison-statistic.ts';
import { normalQuantile, twoSided } from './normal.ts';

/*
 * Shares of requests with few events. A bootstrap draws only from what was seen: of 40 requests none of which failed it
 * makes an interval of no width. What binomial sampling allows is added to it here, by Newcombe's hybrid of Wilson's
 * score limits ("Interval estimation for the difference between independent proportions" and "Improved confidence
 * intervals for the difference between binomial proportions based on paired data", Statistics in Medicine 17, 1998,
 * method 10 of both), and for ratios by the same construction (Donner and Zou 2012, MOVER-R).
 */

/** How many of a side's requests count. */
export interface Count {
  readonly part: number;
  readonly of: number;
}

/** Two shares, and how often they go together where the requests were the same. */
export interface TwoShares {
  readonly baseline: Count;
  readonly candidate: Count;
  /** Requests that count on one side alone; absent where requests were others. */
  readonly onlyBaseline?: number;
  readonly onlyCandidate?: number;
}

interface Limits {
  readonly low: number;
  readonly high: number;
}

/** Wilson's score limits of a share (1927). */
export function wilson({ part, of }: Count, z: number): Limits {
  const share = part / of;
  const centre = share + (z * z) / (2 * of);
  const half = z * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of));
  const scale = 1 + (z * z) / of;
  return { low: part === 0 ? 0 : (centre - half) / scale, high: part === of ? 1 : (centre + half) / scale };
}

/** Candidate − k · baseline: its limit on one side from the sides' own, which go together by `correlation`. */
function limitOf(shares: TwoShares, z: number, k: number, side: 'low' | 'high'): number {
  const { baseline, candidate } = shares;
  const [one, other] = [candidate.part / candidate.of, baseline.part / baseline.of];
  const [mine, theirs] = [wilson(candidate, z)[side], wilson(baseline, z)[side === 'low' ? 'high' : 'low']];
  const [a, b] = [mine - one, k * (theirs - other)];
  const distance = Math.sqrt(Math.max(0, a * a + 2 * correlation(shares) * a * b + b * b));
  return one - k * other + (side === 'low' ? -distance : distance);
}

/** φ of the paired outcomes with Newcombe's correction for continuity; 0 where requests were others or all alike. */
function correlation({ baseline, candidate, onlyBaseline, onlyCandidate }: TwoShares): number {
  if (onlyBaseline === undefined || onlyCandidate === undefined) return 0;
  const n = baseline.of;
  const both = baseline.part - onlyBaseline;
  const neither = n - both - onlyBaseline - onlyCandidate;
  const margins = baseline.part * (n - baseline.part) * candidate.part * (n - candidate.part);
  if (margins === 0) return 0;
  const product = both * neither - onlyBaseline * onlyCandidate;
  return (product > 0 ? Math.max(0, product - n / 2) : product) / Math.sqrt(margins);
}

/** Interval of candidate − baseline. */
export const differenceLimits = (shares: TwoShares, z: number): Limits => ({
  low: limitOf(shares, z, 1, 'low'),
  high: limitOf(shares, z, 1, 'high'),
});

/** Interval of candidate ÷ baseline: the ratios k that leave candidate − k · baseline without a sign. Needs some of the baseline. */
export function ratioLimits(shares: TwoShares, z: number): Limits | undefined {
  const { baseline, candidate } = shares;
  if (baseline.part === 0) return undefined;
  const ratio = ((candidate.part / candidate.of) * baseline.of) / baseline.part;
  let far = Math.max(1, 2 * ratio);
  while (limitOf(shares, z, far, 'high') > 0) far *= 2;
  return {
    low: crossing((k) => limitOf(shares, z, k, 'low') > 0, 0, ratio),
    high: crossing((k) => limitOf(shares, z, k, 'high') > 0, ratio, far),
  };
}

/** Where a condition that holds at `from` and not at `to` ends. */
function crossing(holds: (k: number) => boolean, from: number, to: number): number {
  let [low, high] = [from, to];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Two-sided p-value: exact McNemar of the same requests, else the χ² with N − 1 (Campbell 2007), fit for few events. */
export function shareTest({ baseline, candidate, onlyBaseline, onlyCandidate }: TwoShares): number {
  if (onlyBaseline !== undefined && onlyCandidate !== undefined) {
    const unlike = onlyBaseline + onlyCandidate;
    return Math.min(1, 2 * binomialCdf(Math.min(onlyBaseline, onlyCandidate), unlike, 0.5));
  }
  const n = baseline.of + candidate.of;
  const parts = baseline.part + candidate.part;
  if (parts === 0 || parts === n) return 1;
  const cross = baseline.part * (candidate.of - candidate.part) - candidate.part * (baseline.of - baseline.part);
  return twoSided(Math.sqrt(((n - 1) / (baseline.of * candidate.of * parts * (n - parts))) * cross * cross));
}

interface Columns {
  readonly baseline: OrderedColumn;
  readonly candidate: OrderedColumn;
}

/** What is needed of a comparison to count. */
interface Counting {
  readonly paired: boolean;
  readonly confidence: number;
}

/** The bootstrap's spread, never surer than so few events allow. */
export function notSurerThanCounts(
  spread: Spread,
  statistic: Statistic,
  columns: Columns | undefined,
  { paired, confidence }: Counting,
): Spread {
  if (!columns || columns.baseline.values.length === 0 || columns.candidate.values.length === 0) return spread;
  if (statistic.ofRequests) return widened(spread, sharesOf(columns, paired), statistic, confidence);
  const end = statistic.withinOne ? commonEnd(columns) : undefined;
  if (end === undefined) return spread;
  // Values cannot lie beyond this end, so a mean leaves it by no more than the share of requests that do.
  if (statistic.percentile === undefined) return widened(spread, sharesAt(end, columns), statistic, confidence);
  const n = Math.min(columns.baseline.perRequest.length, columns.candidate.perRequest.length);
  const { low, high } = quantileRanks(n, statistic.percentile / 100, confidence);
  return (end === 1 ? low : high) === undefined ? { direction: 'cannot tell' } : spread;
}

function widened(spread: Spread, shares: TwoShares, { absolute }: Statistic, confidence: number): Spread {
  const z = normalQuantile(1 - (1 - confidence) / 2);
  const ratio = absolute ? undefined : ratioLimits(shares, z);
  const limits = absolute ? differenceLimits(shares, z) : ratio && { low: ratio.low - 1, high: ratio.high - 1 };
  if (!limits) return { direction: 'cannot tell' };
  const low = Math.min(limits.low, spread.low ?? limits.low);
  const high = Math.max(limits.high, spread.high ?? limits.high);
  const seen = (Math.max(-low, high) * (z + normalQuantile(power))) / z;
  return {
    low,
    high,
    p: Math.max(shareTest(shares), spread.p ?? 0),
    detectable: spread.detectable ? spread.detectable : seen,
    direction: 'no clear difference',
  };
}

const power = 0.8;

function sharesOf({ baseline, candidate }: Columns, paired: boolean): TwoShares {
  const shares = { baseline: countOf(baseline), candidate: countOf(candidate) };
  if (!paired) return shares;
  let [onlyBaseline, onlyCandidate] = [0, 0];
  for (let i = 0; i < baseline.sums.length; i++) {
    const change = (candidate.sums[i] as number) - (baseline.sums[i] as number);
    if (change > 0) onlyCandidate++;
    else if (change < 0) onlyBaseline++;
  }
  return { ...shares, onlyBaseline, onlyCandidate };
}

const countOf = ({ values, sums }: OrderedColumn): Count => ({
  part: sums.reduce((sum, value) => sum + value, 0),
  of: values.length,
});

/** 0 or 1 where every value of both sides is that. */
function commonEnd({ baseline, candidate }: Columns): 0 | 1 | undefined {
  const ends = [baseline.values[0], baseline.values.at(-1), candidate.values[0], candidate.values.at(-1)];
  if (ends.every((value) => value === 0)) return 0;
  return ends.every((value) => value === 1) ? 1 : undefined;
}

const sharesAt = (end: 0 | 1, { baseline, candidate }: Columns): TwoShares => {
  const all = ({ values: { length } }: OrderedColumn): Count => ({ part: end * length, of: length });
  return { baseline: all(baseline), candidate: all(candidate) };
};
