import { nanosecondsPerSecond } from '../../core/units.ts';
import { clusteredRatio } from '../clustered-ratio.ts';
import type { RunMetric } from '../metric.ts';
import { NumberList } from '../number-list.ts';

export const rebufferShare: RunMetric = {
  kind: 'rebuffer-share',
  label: 'Rebuffer ratio, pooled',
  unit: 'share',
  better: 'lower',
  per: 'run',
  population: 'reading time of completed requests',
  summary: 'Σ time stalled ÷ Σ (time stalled + time reading) at the policy’s pace',
  start: ({ pace }) => {
    const stalled = new NumberList();
    const whole = new NumberList();
    return {
      add: ({ standing, playback, timeline }) => {
        if (standing !== 'completed' || playback === undefined) return;
        stalled.push(playback.stalled);
        whole.push(playback.stalled + ((timeline.length - 1) * nanosecondsPerSecond) / pace);
      },
      end: () => {
        const { share, total } = clusteredRatio(stalled.values, whole.values);
        return total > 0 ? { n: whole.length, value: share } : { n: 0, reason: 'no answer had two tokens' };
      },
    };
  },
};
