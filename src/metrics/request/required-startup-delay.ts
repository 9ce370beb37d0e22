import { toMilliseconds } from '../../core/units.ts';
import type { RequestMetric } from '../metric.ts';

export const requiredStartupDelay: RequestMetric = {
  kind: 'required-startup-delay',
  label: 'Required start-up delay',
  unit: 'ms',
  better: 'lower',
  per: 'request',
  among: 'completed',
  summary: 'shortest wait after the first token with which a reader at the policy’s pace would never stall',
  of: ({ playback }) => (playback === undefined ? undefined : toMilliseconds(playback.requiredStartupDelay)),
};
