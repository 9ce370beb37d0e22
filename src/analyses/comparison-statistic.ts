import { MetronError } from '../core/errors.ts';
import { nearest } from '../core/registry.ts';
import { rankOf } from '../metrics/order-statistic.ts';
import { requestMetrics } from '../metrics/request-metrics.ts';
import { ownColumns, type RequestValue } from './comparison-values.ts';

/** One number of a run that can be compared: a mean or a percentile over requests. */
export interface Statistic {
  /** `fluidity_p01`, `ttft_p99`, `fluid_share` … */
  readonly id: string;
  readonly label: string;
  readonly unit: string;
  readonly better: 'lower' | 'higher' | 'neither';
  readonly column: string;
  /** A percentile; absent: the mean. */
  readonly percentile?: number;
  /** 1 ÷ the mean or percentile of a time in ms, per second. */
  readonly inverse?: true;
  /** The change is the median over requests of candidate ÷ baseline − 1: only where the same requests were sent. */
  readonly shift?: true;
  /** Statistics of which small values are many: differences are points, not shares of the value. */
  readonly absolute?: true;
  /** A share of requests: each counts as 0 or 1. */
  readonly ofRequests?: true;
  /** No value lies outside 0 to 1. */
  readonly withinOne?: true;
}

const named: Readonly<Record<string, Omit<Statistic, 'id'>>> = {
  fluid_share: { label: 'Fluid answers', unit: 'share', better: 'higher', column: ownColumns.fluid, ofRequests: true },
  tpot_rate: { label: 'TPOT-based rate', unit: 'tokens/s', better: 'higher', column: 'tpot', inverse: true },
  tbt_rate: {
    label: 'TBT-based rate',
    unit: 'tokens/s',
    better: 'higher',
    column: ownColumns.tbt,
    percentile: 99,
    inverse: true,
  },
  error_rate: {
    label: 'Errors',
    unit: 'share',
    better: 'lower',
    column: ownColumns.failed,
    absolute: true,
    ofRequests: true,
  },
};

/** What is compared unless something else is asked for. The fluid rate's share follows the policy. */
export const standardStatistics = [
  'fluid_share',
  'fluid_rate',
  'tpot_rate',
  'tbt_rate',
  'fluidity_mean',
  'fluidity_p01',
  'fluidity_p10',
  'ttft_shift',
  'ttft_p50',
  'ttft_p90',
  'ttft_p99',
  'tpot_shift',
  'tpot_p50',
  'tpot_p99',
  'tbt_p99',
  'longest_gap_p50',
  'longest_gap_p99',
  'e2e_shift',
  'e2e_p50',
  'e2e_p99',
  'error_rate',
] as const;

const labels: Readonly<Record<string, string>> = { mean: 'mean', shift: 'of the same request' };

/** The statistic of this name: a request metric with `_mean`, `_shift` or a percentile, or one of a few others. */
export function statisticOf(id: string, fluidShare: number): Statistic {
  if (id === 'fluid_rate') {
    const label = 'Fluid rate';
    const column = ownColumns.neededDeadline;
    return { id, label, unit: 'tokens/s', better: 'higher', column, percentile: fluidShare * 100, inverse: true };
  }
  const own = named[id];
  if (own) return { id, ...own };
  const [, name = '', form = ''] = /^(.+)_(mean|shift|p\d{1,2}(?:\.\d+)?)$/.exec(id) ?? [];
  const kind = name.replaceAll('_', '-');
  const metric = requestMetrics.all.find((each) => each.kind === kind);
  const pooled = kind === ownColumns.tbt;
  if (!metric || (metric.per !== 'request' && (!pooled || form === 'shift'))) throw unknown(id);
  return {
    id,
    label: `${metric.label} ${labels[form] ?? `P${Number(form.slice(1))}`}`,
    unit: metric.unit,
    better: metric.better,
    column: kind,
    ...((metric.unit === 'share' || metric.unit === 'ratio') && { withinOne: true }),
    ...(form === 'shift' && { percentile: 50, shift: true }),
    ...(form.startsWith('p') && { percentile: Number(form.slice(1)) }),
  };
}

function unknown(id: string): MetronError {
  const kinds = requestMetrics.all.filter(({ per }) => per === 'request').map(({ kind }) => kind.replaceAll('-', '_'));
  const known = [...standardStatistics, ...kinds.flatMap((kind) => [`${kind}_mean`, `${kind}_p99`])];
  const near = nearest(id, known);
  return new MetronError('UNKNOWN_STATISTIC', `nothing called "${id}" can be compared`, {
    hint: near === undefined ? `try ${standardStatistics.slice(0, 5).join(', ')}` : `did you mean ${near}?`,
  });
}

/** Values of a column ordered once, so that a resample is a walk over part of them. */
export interface OrderedColumn {
  readonly values: Float64Array;
  /** Place among the run's requests of the one each value belongs to. */
  readonly request: Uint32Array;
  /** Of each request: how many values, and their sum. */
  readonly perRequest: Uint32Array;
  readonly sums: Float64Array;
}

export function ordered(column: readonly RequestValue[]): OrderedColumn {
  const perRequest = Uint32Array.from(column, (value) =>
    value === undefined ? 0 : typeof value === 'number' ? 1 : value.length,
  );
  const sums = new Float64Array(column.length);
  const known = new Float64Array(perRequest.reduce((sum, n) => sum + n, 0));
  const owner = new Uint32Array(known.length);
  let next = 0;
  for (const [request, value] of column.entries()) {
    for (const one of value === undefined ? [] : typeof value === 'number' ? [value] : value) {
      known[next] = one;
      owner[next++] = request;
      sums[request] = (sums[request] as number) + one;
    }
  }
  const order = Uint32Array.from(known, (_, i) => i).sort((a, b) => {
    const [one, other] = [known[a] as number, known[b] as number];
    return one < other ? -1 : one > other ? 1 : 0;
  });
  return {
    values: Float64Array.from(order, (i) => known[i] as number),
    request: Uint32Array.from(order, (i) => owner[i] as number),
    perRequest,
    sums,
  };
}

/** The statistic of a sample in which request i occurs `counts[i]` times; undefined where it has no finite value. */
export function evaluate(
  { percentile, inverse }: Statistic,
  column: OrderedColumn,
  counts: ArrayLike<number>,
): number | undefined {
  const { perRequest, sums } = column;
  let [n, sum] = [0, 0];
  for (let i = 0; i < perRequest.length; i++) {
    const times = counts[i] as number;
    if (times === 0) continue;
    n += times * (perRequest[i] as number);
    sum += times * (sums[i] as number);
  }
  if (n === 0) return undefined;
  const value = percentile === undefined ? sum / n : quantile(column, counts, rankOf(percentile / 100, n), n);
  if (value === undefined || !Number.isFinite(value)) return undefined;
  if (!inverse) return value;
  return value > 0 ? 1000 / value : undefined;
}

/** The value of a rank, counted from the nearer end. */
function quantile(
  { values, request }: OrderedColumn,
  counts: ArrayLike<number>,
  rank: number,
  n: number,
): number | undefined {
  const fromTop = rank > n / 2;
  const needed = fromTop ? n - rank + 1 : rank;
  const step = fromTop ? -1 : 1;
  let seen = 0;
  for (let i = fromTop ? values.length - 1 : 0; i >= 0 && i < values.length; i += step) {
    seen += counts[request[i] as number] as number;
    if (seen >= needed) return values[i];
  }
  return undefined;
}
