import { toMilliseconds } from '../../core/units.ts';
import type { RequestMetric } from '../metric.ts';

export const playbackStalled: RequestMetric = {
  kind: 'playback-stalled',
  label: 'Playback time stalled',
  unit: 'ms',
  better: 'lower',
  per: 'request',
  among: 'completed',
  summary: 'sum of those waits',
  of: ({ playback }) => (playback === undefined ? undefined : toMilliseconds(playback.stalled)),
};
