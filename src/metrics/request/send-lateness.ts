import { elapsed, toMilliseconds } from '../../core/units.ts';
import type { RequestMetric } from '../metric.ts';

export const sendLateness: RequestMetric = {
  kind: 'send-lateness',
  label: 'Send lateness',
  unit: 'ms',
  better: 'lower',
  per: 'request',
  among: 'sent',
  summary: 'actual − scheduled send: the instrument’s own delay',
  of: ({ record: { scheduledAt, sentAt } }) =>
    sentAt === undefined ? undefined : toMilliseconds(elapsed(scheduledAt, sentAt)),
};
