import { inverse } from '../inverse.ts';
import type { RunMetric } from '../metric.ts';

export const tbtThroughput: RunMetric = {
  kind: 'tbt-throughput',
  label: 'TBT-based throughput',
  unit: 'tokens/s',
  better: 'higher',
  per: 'run',
  population: 'tokens of completed requests',
  summary: '1 ÷ P99 of the time between tokens: a comparator that sees only the tail',
  start: () => ({
    end: ({ distribution }) =>
      inverse(distribution('tbt'), ({ percentiles }) => percentiles?.find(({ p }) => p === 99)?.value),
  }),
};
