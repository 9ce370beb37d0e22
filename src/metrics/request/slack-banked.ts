import { toMilliseconds } from '../../core/units.ts';
import type { RequestMetric } from '../metric.ts';

export const slackBanked: RequestMetric = {
  kind: 'slack-banked',
  label: 'Slack left by the first token',
  unit: 'ms',
  better: 'higher',
  per: 'request',
  among: 'completed',
  summary: 'first token’s deadline − its arrival, where that is positive and the first token has a deadline',
  of: ({ account }) => (account.prefillDeadline === undefined ? undefined : toMilliseconds(account.slackBanked)),
};
