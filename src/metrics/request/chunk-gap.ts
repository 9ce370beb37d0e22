import type { PooledMetric } from '../metric.ts';

export const chunkGap: PooledMetric = {
  kind: 'chunk-gap',
  label: 'Time between chunks',
  unit: 'ms',
  better: 'lower',
  per: 'chunk',
  among: 'completed',
  summary: 'every gap between two chunks that held a token, however many tokens they held',
  from: (gaps) => gaps.betweenChunks,
};
