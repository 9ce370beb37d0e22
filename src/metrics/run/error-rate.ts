import type { RunMetric } from '../metric.ts';
import { shareValue } from '../share-value.ts';

export const errorRate: RunMetric = {
  kind: 'error-rate',
  label: 'Failed requests',
  unit: 'share',
  better: 'lower',
  per: 'run',
  population: 'all scheduled requests not cut off by us',
  summary: 'failed, truncated, timed-out and dropped requests ÷ all',
  start: () => ({ end: ({ counts }) => shareValue(counts.failed, counts.completed + counts.failed) }),
};
