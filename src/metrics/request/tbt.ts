import type { PooledMetric } from '../metric.ts';

export const tbt: PooledMetric = {
  kind: 'tbt',
  label: 'Time between tokens',
  unit: 'ms',
  better: 'lower',
  per: 'token',
  among: 'completed',
  summary: 'every gap between two tokens of an answer; tokens of one chunk are timed by the policy’s `chunks`',
  from: (gaps) => gaps.betweenTokens,
};
