import type { RunMetric } from '../metric.ts';
import { shareValue } from '../share-value.ts';

export const fluidShare: RunMetric = {
  kind: 'fluid-share',
  label: 'Fluid answers',
  unit: 'share',
  better: 'higher',
  per: 'run',
  population: 'all scheduled requests not cut off by us',
  summary: 'requests that completed with fluidity ≥ `fluidFrom` ÷ all',
  start: () => {
    let good = 0;
    return {
      add: (answer) => {
        if (answer.fluid) good++;
      },
      end: ({ counts }) => shareValue(good, counts.completed + counts.failed),
    };
  },
};
