import type { RequestMetric } from '../metric.ts';

export const playbackStalls: RequestMetric = {
  kind: 'playback-stalls',
  label: 'Playback stalls',
  unit: 'stalls',
  better: 'lower',
  per: 'request',
  among: 'completed',
  summary: 'times a reader at the policy’s pace waits for the next token, from `playbackDelay` after the first',
  of: ({ playback }) => playback?.stalls,
};
