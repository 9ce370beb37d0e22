import type { RequestMetric } from '../metric.ts';

export const rebufferRatio: RequestMetric = {
  kind: 'rebuffer-ratio',
  label: 'Rebuffer ratio',
  unit: 'share',
  better: 'lower',
  per: 'request',
  among: 'completed',
  summary: 'time stalled ÷ (time stalled + time reading), the wait for the first token excluded',
  of: ({ playback }) => playback?.rebufferRatio,
};
