import { randomStream } from '../core/random.ts';
import { commonRounds, resampling } from './comparison-resample.ts';
import { notSurerThanCounts } from './comparison-share.ts';
import { spreadOf } from './comparison-spread.ts';
import { evaluate, type OrderedColumn, ordered, type Statistic } from './comparison-statistic.ts';
import type { RequestValues } from './comparison-values.ts';
import { holm } from './holm.ts';

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
  /** Requests of the same id were the same request, of each candidate: they are resampled together. */
  readonly paired: boolean | readonly boolean[];
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
  const alpha = 1 - (options.confidence ?? 0.95);
  // Enough draws that a change on one side in all of them stays clear among so many numbers.
  const tests = candidates.length * options.statistics.length;
  const resamples = options.resamples ?? Math.max(1200, Math.ceil((3 * tests) / alpha));
  const raw = candidates.map((candidate, i) => differences(baseline, candidate, { ...options, resamples }, i));
  const tested = raw.flat().flatMap(({ p }) => (p === undefined ? [] : [p]));
  const adjusted = holm(tested);
  let next = 0;
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
  options: ComparisonOptions & { readonly resamples: number },
  index: number,
): Difference[] {
  const { seed, confidence = 0.95, resamples } = options;
  const paired = typeof options.paired === 'boolean' ? options.paired : options.paired[index] === true;
  const statistics = options.statistics.filter(({ shift }) => paired || !shift);
  const sides = paired ? onCommonRequests(baseline, candidate) : onCommonRounds(baseline, candidate);
  const columns = columnsOf(sides, statistics);
  const [n, m] = [sides.baseline.ids.length, sides.candidate.ids.length];
  const random = randomStream(seed, `compare/${index}`);
  const again = resampling(sides, paired);
  const drawn: number[][] = statistics.map(() => []);
  for (let draw = 0; draw < resamples && n > 0 && m > 0; draw++) {
    const [one, other] = again.draw(random);
    for (const [i, statistic] of statistics.entries()) {
      const change = changeOf(statistic, columns[i], one, other).change;
      if (change !== undefined) drawn[i]?.push(change);
    }
  }
  return statistics.map((statistic, i) => {
    const once = changeOf(statistic, columns[i], new Uint8Array(n).fill(1), new Uint8Array(m).fill(1));
    const known = Math.min(columns[i]?.baseline.values.length ?? 0, columns[i]?.candidate.values.length ?? 0);
    const spread = spreadOf(once.change, drawn[i] ?? [], {
      confidence,
      resamples,
      units: again.units,
      absolute: statistic.absolute === true,
    });
    const counted =
      once.change === undefined ? spread : notSurerThanCounts(spread, statistic, columns[i], { paired, confidence });
    return { statistic, ...once, ...counted, n: known };
  });
}

/** Statistics of one metric share its column. */
function columnsOf(sides: Sides, statistics: readonly Statistic[]): ComparedColumns[] {
  const known = new Map<string, ComparedColumns>();
  return statistics.map(({ column, shift }) => {
    const key = `${column}${shift ? ' shift' : ''}`;
    const columns = known.get(key) ?? {
      baseline: ordered(sides.baseline.columns.get(column) ?? []),
      candidate: ordered(sides.candidate.columns.get(column) ?? []),
      ...(shift && { ratio: ordered(ratios(sides, column)) }),
    };
    known.set(key, columns);
    return columns;
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
    ...(values.rounds && { rounds: kept.map((pair) => values.rounds?.[place(pair)] ?? 0) }),
  });
  return { baseline: pick(baseline, ({ place }) => place), candidate: pick(candidate, ({ other }) => other) };
}

/** Where both were measured in turns, the rounds that both took part in. */
function onCommonRounds(baseline: RequestValues, candidate: RequestValues): Sides {
  const common = new Set(commonRounds(baseline.rounds, candidate.rounds));
  if (common.size === 0) return { baseline, candidate };
  const pick = ({ ids, columns, rounds = [] }: RequestValues): RequestValues => {
    const kept = <T>(list: readonly T[]): T[] => list.filter((_, i) => common.has(rounds[i] ?? Number.NaN));
    return {
      ids: kept(ids),
      columns: new Map([...columns].map(([kind, column]) => [kind, kept(column)])),
      rounds: kept(rounds),
    };
  };
  return { baseline: pick(baseline), candidate: pick(candidate) };
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
    return typeof value !== 'number' || typeof against !== 'number' || value <= 0 ? undefined : against / value;
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
