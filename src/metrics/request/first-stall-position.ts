import type { RequestMetric } from '../metric.ts';

export const firstStallPosition: RequestMetric = {
  kind: 'first-stall-position',
  label: 'Place of the first stall',
  unit: 'tokens',
  better: 'neither',
  per: 'request',
  among: 'completed',
  summary: 'tokens read before the first decode token that came after its deadline; none if there is no such token',
  of: ({ account }) => account.firstStallToken,
};
