import type { RunValue } from './metric.ts';
import type { MetricSummary } from './summary.ts';

/** Tokens per second from a statistic in milliseconds. */
export function inverse(
  distribution: MetricSummary | undefined,
  statistic: (distribution: MetricSummary) => number | undefined,
): RunValue {
  const n = distribution?.n ?? 0;
  const time = distribution === undefined ? undefined : statistic(distribution);
  if (time === undefined) return { n, reason: 'no answer had two tokens' };
  return time > 0 ? { n, value: 1000 / time } : { n, reason: 'the time is 0: tokens came together' };
}
