import type { RequestMetric } from '../metric.ts';

export const outputTokens: RequestMetric = {
  kind: 'output-tokens',
  label: 'Output tokens',
  unit: 'tokens',
  better: 'neither',
  per: 'request',
  among: 'completed',
  summary: 'tokens of the whole answer, from the best source',
  of: ({ tokens }) => (tokens > 0 ? tokens : undefined),
};
