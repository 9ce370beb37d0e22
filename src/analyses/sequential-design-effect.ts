import type { Tally } from '../slo/index.ts';

/** How much the units of requests that came one after the other go together. */
export interface Dependence {
  /** Sum over batches of the squared sum of residuals of misses. */
  readonly between: number;
  /** The same if every unit were independent. */
  readonly independent: number;
  /** Variance inflation of the mean strain: known also where nothing is missed. */
  readonly ofStrain: number;
}

const batches = 20;

/** Neighbours in time share a queue, and tokens share a request, so their misses come together. */
export function dependence(segments: readonly Tally[]): Dependence {
  return { ...ofMisses(segments), ofStrain: strainEffect(segments) };
}

/** Variance inflation of the shares of all that was observed together, by their misses: never below 1. */
export function designEffect(observed: readonly Pick<Dependence, 'between' | 'independent'>[]): number {
  const between = observed.reduce((sum, one) => sum + one.between, 0);
  const independent = observed.reduce((sum, one) => sum + one.independent, 0);
  return independent === 0 ? 1 : Math.max(1, between / independent);
}

/**
 * Batch means: residuals are summed over about 20 batches of neighbours; the variance of the batches
 * over the binomial one is the factor by which n is worth less. Segments are observed apart.
 */
function ofMisses(segments: readonly Tally[]): Omit<Dependence, 'ofStrain'> {
  let [missed, total, requests] = [0, 0, 0];
  for (const { good, missed: bad } of segments) {
    requests += good.length;
    for (let i = 0; i < good.length; i++) {
      missed += bad[i] as number;
      total += (good[i] as number) + (bad[i] as number);
    }
  }
  if (missed === 0 || total === missed) return { between: 0, independent: 0 };
  const share = missed / total;
  const residuals = segments.map(({ good, missed: bad }) =>
    bad.map((value, i) => value - share * (value + (good[i] as number))),
  );
  return { between: betweenBatches(residuals, requests), independent: share * (1 - share) * total };
}

/** Sum over batches of squared sums, as if the mean had not been taken from the same data. */
function betweenBatches(segments: readonly Float64Array[], requests: number): number {
  const size = Math.max(1, Math.ceil(requests / batches));
  let [between, count] = [0, 0];
  for (const segment of segments) {
    for (let from = 0; from < segment.length; from += size) {
      let sum = 0;
      for (let i = from; i < Math.min(from + size, segment.length); i++) sum += segment[i] as number;
      between += sum * sum;
      count++;
    }
  }
  return count > 1 ? (between * count) / (count - 1) : between;
}

/** More than this many of the latest requests are not ranked. */
const rankedAtMost = 20_000;
/** Fewer tell nothing about how they go together. */
const rankedAtLeast = 20;

/** In a series of this many times what the neighbours say, batch means see all there is: those say too much. */
const longSeries = 50;

/**
 * Two estimates on the ranks of the strain: batch means, which see long waves once they have been
 * observed for long, and until then, if it is larger, the neighbour correlation ρ of a first-order
 * process, (1 + ρ) ÷ (1 − ρ), which sees them at once.
 */
function strainEffect(segments: readonly Tally[]): number {
  const ranked = centeredRanks(latest(segments.map(({ strain }) => strain.filter((value) => !Number.isNaN(value)))));
  const n = ranked.reduce((sum, segment) => sum + segment.length, 0);
  let [squares, neighbours] = [0, 0];
  for (const segment of ranked) {
    for (let i = 0; i < segment.length; i++) {
      squares += (segment[i] as number) ** 2;
      if (i > 0) neighbours += (segment[i] as number) * (segment[i - 1] as number);
    }
  }
  if (n < rankedAtLeast || squares === 0) return 1;
  const raw = neighbours / squares;
  // A mean taken from the same data pulls the correlation down (Kendall 1954).
  const correlation = Math.min(0.99, Math.max(0, raw + (1 + 3 * Math.max(0, raw)) / n));
  const atOnce = (1 + correlation) / (1 - correlation);
  return Math.max(1, n < longSeries * atOnce ? atOnce : 1, betweenBatches(ranked, n) / squares);
}

function latest(segments: readonly Float64Array[]): Float64Array[] {
  const kept: Float64Array[] = [];
  let room = rankedAtMost;
  for (const segment of [...segments].reverse()) {
    if (room <= 0) break;
    kept.unshift(segment.subarray(Math.max(0, segment.length - room)));
    room -= segment.length;
  }
  return kept;
}

/** Ranks over all segments less their mean; equal values share a rank. */
function centeredRanks(segments: readonly Float64Array[]): Float64Array[] {
  const sorted = Float64Array.from(segments.flatMap((segment) => [...segment])).sort();
  const middle = (sorted.length - 1) / 2;
  return segments.map((segment) =>
    segment.map((value) => (firstIndex(sorted, value, false) + firstIndex(sorted, value, true) - 1) / 2 - middle),
  );
}

/** Index of the first entry ≥ value, or > value. */
function firstIndex(ascending: Float64Array, value: number, beyond: boolean): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const entry = ascending[middle] as number;
    if (beyond ? entry > value : entry >= value) high = middle;
    else low = middle + 1;
  }
  return low;
}
