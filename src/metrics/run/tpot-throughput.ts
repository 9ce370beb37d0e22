import { inverse } from '../inverse.ts';
import type { RunMetric } from '../metric.ts';

export const tpotThroughput: RunMetric = {
  kind: 'tpot-throughput',
  label: 'TPOT-based throughput',
  unit: 'tokens/s',
  better: 'higher',
  per: 'run',
  population: 'completed requests',
  summary: '1 ÷ mean TPOT: a comparator that averages stalls away',
  start: () => ({ end: ({ distribution }) => inverse(distribution('tpot'), ({ mean }) => mean) }),
};
