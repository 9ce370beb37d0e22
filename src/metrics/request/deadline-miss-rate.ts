import type { RequestMetric } from '../metric.ts';

export const deadlineMissRate: RequestMetric = {
  kind: 'deadline-miss-rate',
  label: 'Deadline miss rate',
  unit: 'share',
  better: 'lower',
  per: 'request',
  among: 'scored',
  summary: '1 − fluidity-index',
  of: ({ standing, deadlines: { met, missed } }) =>
    standing === 'censored' || met + missed === 0 ? undefined : missed / (met + missed),
};
