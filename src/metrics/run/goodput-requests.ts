import { isFirstTokenInTime } from '../first-token-in-time.ts';
import type { RunMetric } from '../metric.ts';
import { perWindow } from '../per-window.ts';

export const goodputRequests: RunMetric = {
  kind: 'goodput-requests',
  label: 'Fluid goodput',
  unit: 'requests/s',
  better: 'higher',
  per: 'run',
  population: 'requests scheduled in the measured window',
  summary: 'requests that are fluid and had their first token in time ÷ length of the window',
  start: () => {
    let good = 0;
    let n = 0;
    return {
      add: (answer) => {
        n++;
        if (answer.fluid && isFirstTokenInTime(answer)) good += 1;
      },
      end: ({ window }) => perWindow(good, window, n),
    };
  },
};
