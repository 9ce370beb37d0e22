import { nanosecondsPerSecond } from '../../core/units.ts';
import { clusteredRatio } from '../clustered-ratio.ts';
import type { RunMetric } from '../metric.ts';

export const rebufferShare: RunMetric = {
  kind: 'rebuffer-share',
  label: 'Rebuffer ratio, pooled',
  unit: 'share',
  better: 'lower',
  per: 'run',
  population: 'reading time of completed requests',
  summary: 'Σ time stalled ÷ Σ (time stalled + time reading) at the policy’s pace',
  start: ({ pace }) => {
    const stalled: number[] = [];
    const whole: number[] = [];
    return {
      add: ({ standing, playback, timeline }) => {
        if (standing !== 'completed' || playback === undefined) return;
        stalled.push(playback.stalled);
        whole.push(playback.stalled + ((timeline.length - 1) * nanosecondsPerSecond) / pace);
      },
      end: () => {
        const { share, total } = clusteredRatio(stalled, whole);
        return total > 0 ? { n: whole.length, value: share } : { n: 0, reason: 'no answer had two tokens' };
      },
    };
  },
};
