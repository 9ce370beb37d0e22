import { randomStream } from '../core/random.ts';
import { orderStatistic } from '../metrics/order-statistic.ts';
import { drawCounts, fewBlocks } from './comparison-resample.ts';
import { evaluate, type OrderedColumn, ordered, type Statistic } from './comparison-statistic.ts';
import type { RequestValues } from './comparison-values.ts';
import { holm } from './holm.ts';
import { normalQuantile, twoSided } from './normal.ts';

/** How one number of a candidate differs from the baseline's. */
export interface Difference {
  readonly statistic: Statistic;
  readonly baseline?: number;
  readonly candidate?: number;
  /** Candidate − baseline, as a share of the baseline; in the statistic's unit where `absolute`. */
  readonly change?: number;
  readonly low?: number;
  readonly high?: number;
  /** p-value before and after Holm's correction over everything that was compared. */
  readonly p?: number;
  readonly adjustedP?: number;
  readonly direction: Direction;
  /** The smallest change that would have been found in four of five such comparisons. */
  readonly detectable?: number;
  readonly n: number;
}

export type Direction = 'better' | 'worse' | 'different' | 'no clear difference' | 'cannot tell';

export interface ComparisonOptions {
  readonly statistics: readonly Statistic[];
  /** Requests of the same id were the same request: they are resampled together. */
  readonly paired: boolean;
  readonly seed: number | string;
  readonly confidence?: number;
  readonly resamples?: number;
}

/** Everything is compared with the first run. One list of differences per other run, in their order. */
export function compareValues(
  baseline: RequestValues,
  candidates: readonly RequestValues[],
  options: ComparisonOptions,
): Difference[][] {
  const raw = candidates.map((candidate, i) => differences(baseline, candidate, options, i));
  const tested = raw.flat().flatMap(({ p }) => (p === undefined ? [] : [p]));
  const adjusted = holm(tested);
  let next = 0;
  const alpha = 1 - (options.confidence ?? 0.95);
  return raw.map((list) =>
    list.map((difference): Difference => {
      if (difference.p === undefined) return difference;
      const adjustedP = adjusted[next++] ?? 1;
      return { ...difference, adjustedP, direction: directionOf(difference, adjustedP < alpha) };
    }),
  );
}

function directionOf({ statistic, change = 0 }: Difference, clear: boolean): Direction {
  if (!clear) return 'no clear difference';
  if (statistic.better === 'neither') return 'different';
  return change > 0 === (statistic.better === 'higher') ? 'better' : 'worse';
}

interface Sides {
  readonly baseline: RequestValues;
  readonly candidate: RequestValues;
}

function differences(
  baseline: RequestValues,
  candidate: RequestValues,
  options: ComparisonOptions,
  index: number,
): Difference[] {
  const { paired, seed, confidence = 0.95, resamples = 1200 } = options;
  const statistics = options.statistics.filter(({ shift }) => paired || !shift);
  const sides: Sides = paired ? onCommonRequests(baseline, candidate) : { baseline, candidate };
  const columns = statistics.map(({ column, shift }) => ({
    baseline: ordered(sides.baseline.columns.get(column) ?? []),
    candidate: ordered(sides.candidate.columns.get(column) ?? []),
    ...(shift && { ratio: ordered(ratios(sides, column)) }),
  }));
  const [n, m] = [sides.baseline.ids.length, sides.candidate.ids.length];
  const random = randomStream(seed, `compare/${index}`);
  const widening = fewBlocks(Math.min(n, m), paired);
  const drawn: number[][] = statistics.map(() => []);
  for (let draw = 0; draw < resamples && n > 0 && m > 0; draw++) {
    const one = drawCounts(n, paired, random);
    const other = paired ? one : drawCounts(m, paired, random);
    for (const [i, statistic] of statistics.entries()) {
      const change = changeOf(statistic, columns[i], one, other).change;
      if (change !== undefined) drawn[i]?.push(change);
    }
  }
  return statistics.map((statistic, i) => {
    const once = changeOf(statistic, columns[i], new Uint8Array(n).fill(1), new Uint8Array(m).fill(1));
    const known = Math.min(columns[i]?.baseline.values.length ?? 0, columns[i]?.candidate.values.length ?? 0);
    return {
      statistic,
      ...once,
      ...spreadOf(once.change, drawn[i] ?? [], { confidence, resamples, widening }),
      n: known,
    };
  });
}

/** Of both runs, the requests that both hold, in the same order. */
function onCommonRequests(baseline: RequestValues, candidate: RequestValues): Sides {
  const places = new Map(candidate.ids.map((id, place) => [id, place]));
  const kept = baseline.ids.flatMap((id, place) => {
    const other = places.get(id);
    return other === undefined ? [] : [{ id, place, other }];
  });
  const pick = (values: RequestValues, place: (pair: (typeof kept)[number]) => number): RequestValues => ({
    ids: kept.map(({ id }) => id),
    columns: new Map([...values.columns].map(([kind, column]) => [kind, kept.map((pair) => column[place(pair)])])),
  });
  return { baseline: pick(baseline, ({ place }) => place), candidate: pick(candidate, ({ other }) => other) };
}

interface ComparedColumns {
  readonly baseline: OrderedColumn;
  readonly candidate: OrderedColumn;
  /** Candidate ÷ baseline of each request. */
  readonly ratio?: OrderedColumn;
}

function ratios({ baseline, candidate }: Sides, column: string): (number | undefined)[] {
  const other = candidate.columns.get(column) ?? [];
  return (baseline.columns.get(column) ?? []).map((value, i) => {
    const against = other[i];
    return value === undefined || against === undefined || value <= 0 ? undefined : against / value;
  });
}

function changeOf(
  statistic: Statistic,
  columns: ComparedColumns | undefined,
  one: ArrayLike<number>,
  other: ArrayLike<number>,
): Pick<Difference, 'baseline' | 'candidate' | 'change'> {
  if (!columns) return {};
  const baseline = evaluate(statistic, columns.baseline, one);
  const candidate = evaluate(statistic, columns.candidate, other);
  const values = { ...(baseline !== undefined && { baseline }), ...(candidate !== undefined && { candidate }) };
  if (baseline === undefined || candidate === undefined) return values;
  if (columns.ratio) {
    const ratio = evaluate(statistic, columns.ratio, one);
    return ratio === undefined ? values : { ...values, change: ratio - 1 };
  }
  if (statistic.absolute) return { ...values, change: candidate - baseline };
  if (baseline === 0) return candidate === 0 ? { ...values, change: 0 } : values;
  return { ...values, change: (candidate - baseline) / Math.abs(baseline) };
}

/** Of the draws that gave a change at all, this share must have: an interval of the rest would flatter. */
const enoughDraws = 0.99;

function spreadOf(
  change: number | undefined,
  draws: readonly number[],
  {
    confidence,
    resamples,
    widening,
  }: { readonly confidence: number; readonly resamples: number; readonly widening: number },
): Pick<Difference, 'low' | 'high' | 'p' | 'detectable' | 'direction'> {
  if (change === undefined || draws.length < enoughDraws * resamples || !Number.isFinite(widening))
    return { direction: 'cannot tell' };
  const ascending = Float64Array.from(draws).sort();
  const tail = (1 - confidence) / 2;
  const mean = draws.reduce((sum, value) => sum + value, 0) / draws.length;
  const deviation =
    widening * Math.sqrt(draws.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (draws.length - 1));
  const atMost = draws.filter((value) => value <= 0).length;
  const atLeast = draws.filter((value) => value >= 0).length;
  const counted = Math.min(1, (2 * (Math.min(atMost, atLeast) + 1)) / (draws.length + 1));
  return {
    low: change + widening * ((orderStatistic(ascending, tail) ?? change) - change),
    high: change + widening * ((orderStatistic(ascending, 1 - tail) ?? change) - change),
    // The larger of two p-values: draws are few in the far tail, and the normal is wrong for skewed ones.
    p: Math.max(counted, deviation === 0 ? (change === 0 ? 1 : 0) : twoSided(change / deviation)),
    detectable: (normalQuantile(1 - tail) + normalQuantile(0.8)) * deviation,
    direction: 'no clear difference',
  };
}
