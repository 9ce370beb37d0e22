import { MetronError } from '../core/errors.ts';
import { nearest } from '../core/registry.ts';
import { rankOf } from '../metrics/order-statistic.ts';
import { requestMetrics } from '../metrics/request-metrics.ts';
import { ownColumns } from './comparison-values.ts';

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
  /** 1 ÷ the percentile of a time in ms, per second. */
  readonly inverse?: true;
  /** The change is the median over requests of candidate ÷ baseline − 1: only where the same requests were sent. */
  readonly shift?: true;
  /** Statistics of which small values are many: differences are points, not shares of the value. */
  readonly absolute?: true;
}

const named: Readonly<Record<string, Omit<Statistic, 'id'>>> = {
  fluid_share: { label: 'Fluid answers', unit: 'share', better: 'higher', column: ownColumns.fluid },
  error_rate: { label: 'Errors', unit: 'share', better: 'lower', column: ownColumns.failed, absolute: true },
};

/** What is compared unless something else is asked for. The fluid rate's share follows the policy. */
export const standardStatistics = [
  'fluid_share',
  'fluid_rate',
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
  const metric = requestMetrics.all.find((each) => each.kind === kind && each.per === 'request');
  if (!metric) throw unknown(id);
  return {
    id,
    label: `${metric.label} ${labels[form] ?? `P${Number(form.slice(1))}`}`,
    unit: metric.unit,
    better: metric.better,
    column: kind,
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

/** Values of a column ordered once, so that every resample is one walk over them. */
export interface OrderedColumn {
  readonly values: Float64Array;
  /** Place of each value among the run's requests. */
  readonly request: Uint32Array;
}

export function ordered(column: readonly (number | undefined)[]): OrderedColumn {
  const known = column.flatMap((value, request) => (value === undefined ? [] : [{ value, request }]));
  known.sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : 0));
  return {
    values: Float64Array.from(known, ({ value }) => value),
    request: Uint32Array.from(known, ({ request }) => request),
  };
}

/** The statistic of a sample in which request i occurs `counts[i]` times; undefined where it has no finite value. */
export function evaluate(
  { percentile, inverse }: Statistic,
  { values, request }: OrderedColumn,
  counts: ArrayLike<number>,
): number | undefined {
  let [n, sum] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const times = counts[request[i] as number] as number;
    n += times;
    sum += times * (values[i] as number);
  }
  if (n === 0) return undefined;
  const value = percentile === undefined ? sum / n : quantile(values, request, counts, rankOf(percentile / 100, n));
  if (value === undefined || !Number.isFinite(value)) return undefined;
  if (!inverse) return value;
  return value > 0 ? 1000 / value : undefined;
}

function quantile(
  values: Float64Array,
  request: Uint32Array,
  counts: ArrayLike<number>,
  rank: number,
): number | undefined {
  let seen = 0;
  for (let i = 0; i < values.length; i++) {
    seen += counts[request[i] as number] as number;
    if (seen >= rank) return values[i];
  }
  return undefined;
}
