import { toSeconds } from '../../core/units.ts';
import type { RunMetric } from '../metric.ts';
import { perWindow } from '../per-window.ts';

/** Smooth goodput (arXiv 2410.14257): tokens of benefit per second. */
export const smoothGoodput: RunMetric = {
  kind: 'smooth-goodput',
  label: 'Smooth goodput',
  unit: 'tokens/s',
  better: 'higher',
  per: 'run',
  population: 'requests scheduled in the measured window',
  summary:
    'Σ (tokens − `idlePenalty` · idle seconds) over completed requests ÷ length of the window; idle: how far reading at the policy’s pace from the first token falls behind at most',
  start: ({ idlePenalty }) => {
    let benefit = 0;
    let n = 0;
    return {
      add: ({ standing, tokens, playback }) => {
        n++;
        if (standing !== 'completed' || playback === undefined) return;
        benefit += tokens - idlePenalty * toSeconds(playback.requiredStartupDelay);
      },
      end: ({ window }) => perWindow(benefit, window, n),
    };
  },
};
