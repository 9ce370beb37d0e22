import type { RequestMetric } from '../metric.ts';

export const fluidityIndex: RequestMetric = {
  kind: 'fluidity',
  label: 'Fluidity-index',
  unit: 'ratio',
  better: 'higher',
  per: 'request',
  among: 'scored',
  summary:
    'deadlines met ÷ (met + missed) in algorithm 1 of the paper; a failed request has missed one, a truncated one one more',
  of: ({ fluidity }) => fluidity,
};
