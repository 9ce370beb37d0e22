import { isFirstTokenInTime } from '../first-token-in-time.ts';
import type { RunMetric } from '../metric.ts';
import { shareValue } from '../share-value.ts';

export const firstTokenInTime: RunMetric = {
  kind: 'first-token-in-time',
  label: 'First tokens in time',
  unit: 'share',
  better: 'higher',
  per: 'run',
  population: 'all scheduled requests not cut off by us',
  summary:
    'requests that completed with their first token within D_p ÷ all; D_p counts even where the policy ignores it for fluidity',
  start: () => {
    let good = 0;
    return {
      add: (answer) => {
        if (isFirstTokenInTime(answer)) good++;
      },
      end: ({ counts }) => shareValue(good, counts.completed + counts.failed),
    };
  },
};
