import { lastTokenWait } from '../latency.ts';
import type { RequestMetric } from '../metric.ts';

export const normalizedLatency: RequestMetric = {
  kind: 'normalized-latency',
  label: 'Normalized latency',
  unit: 'ms',
  better: 'lower',
  per: 'request',
  among: 'completed',
  summary: 'end-to-end latency ÷ output tokens (also called NTPOT)',
  of: ({ timeline, tokens }) => {
    const total = lastTokenWait(timeline, timeline.origin);
    return total === undefined || tokens === 0 ? undefined : total / tokens;
  },
};
