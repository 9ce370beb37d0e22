import { confidence } from './metric.ts';
import type { Estimate, Headline, MetricSummary, RequestCounts } from './summary.ts';

/** The metrics that the headline is made of. */
export const headlineKinds: readonly string[] = [
  'fluid-share',
  'fluid-rate',
  'error-rate',
  'ttft',
  'tbt',
  'longest-stall',
  'fluidity',
];

/** The numbers a reader meets first, out of all the others. */
export function headlineOf(metrics: readonly MetricSummary[], counts: RequestCounts): Headline {
  const find = (id: string): MetricSummary | undefined => metrics.find((metric) => metric.id === id);
  return {
    fluidShare: runEstimate(find('fluid-share')),
    fluidRate: runEstimate(find('fluid-rate')),
    ttftP99: percentileEstimate(find('ttft'), 99, 'no request completed'),
    tbtP99: percentileEstimate(find('tbt'), 99, 'no answer had two tokens'),
    longestStall: longest(find('longest-stall')),
    errorRate: runEstimate(find('error-rate')),
    fluidityMeaningful: counts.completed > 0 && counts.buffered <= counts.completed / 2,
  };
}

function runEstimate(metric: MetricSummary | undefined): Estimate {
  const { value, interval, reason, n = 0 } = metric ?? {};
  return {
    ...(value === undefined ? {} : { value }),
    ...(interval?.low === undefined ? {} : { low: interval.low }),
    ...(interval?.high === undefined ? {} : { high: interval.high }),
    ...(reason === undefined ? {} : { reason }),
    confidence,
    n,
  };
}

function percentileEstimate(metric: MetricSummary | undefined, p: number, none: string): Estimate {
  const found = metric?.percentiles?.find((percentile) => percentile.p === p);
  return {
    ...(found?.value === undefined ? { reason: none } : { value: found.value }),
    ...(found?.low === undefined ? {} : { low: found.low }),
    ...(found?.high === undefined ? {} : { high: found.high }),
    confidence,
    n: metric?.n ?? 0,
  };
}

/** The longest stall of the whole run; a longer run can only show a longer one, so no interval. */
const longest = (metric: MetricSummary | undefined): Estimate => ({
  ...(metric?.max === undefined ? { reason: 'no answer had two tokens' } : { value: metric.max }),
  confidence,
  n: metric?.n ?? 0,
});
