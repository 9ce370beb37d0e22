import { type Nanoseconds, toMilliseconds } from '../../core/units.ts';
import type { RequestMetric } from '../metric.ts';

export const longestStall: RequestMetric = {
  kind: 'longest-stall',
  label: 'Longest stall',
  unit: 'ms',
  better: 'lower',
  per: 'request',
  among: 'completed',
  summary: 'longest wait for a decode token that came after its deadline; 0 if every one was in time',
  of: ({ account, timeline }) =>
    timeline.length < 2 ? undefined : toMilliseconds(account.longestStall?.wait ?? (0 as Nanoseconds)),
};
