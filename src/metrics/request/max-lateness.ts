import { toMilliseconds } from '../../core/units.ts';
import type { RequestMetric } from '../metric.ts';

export const maxLateness: RequestMetric = {
  kind: 'max-lateness',
  label: 'Largest lateness',
  unit: 'ms',
  better: 'lower',
  per: 'request',
  among: 'completed',
  summary: 'the furthest any token came after its deadline, first token included where it has one; 0 if none did',
  of: ({ account }) => (account.index === undefined ? undefined : toMilliseconds(account.maxLateness)),
};
