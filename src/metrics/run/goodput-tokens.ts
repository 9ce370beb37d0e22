import { isFirstTokenInTime } from '../first-token-in-time.ts';
import type { RunMetric } from '../metric.ts';
import { perWindow } from '../per-window.ts';

export const goodputTokens: RunMetric = {
  kind: 'goodput-tokens',
  label: 'Fluid goodput in tokens',
  unit: 'tokens/s',
  better: 'higher',
  per: 'run',
  population: 'requests scheduled in the measured window',
  summary: 'output tokens of requests that are fluid and had their first token in time ÷ length of the window',
  start: () => {
    let good = 0;
    let n = 0;
    return {
      add: (answer) => {
        n++;
        if (answer.fluid && isFirstTokenInTime(answer)) good += answer.tokens;
      },
      end: ({ window }) => perWindow(good, window, n),
    };
  },
};
