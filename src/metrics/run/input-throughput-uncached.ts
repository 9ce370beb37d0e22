import type { RunMetric } from '../metric.ts';
import { perWindow } from '../per-window.ts';

export const inputThroughputUncached: RunMetric = {
  kind: 'input-throughput-uncached',
  label: 'Input token throughput, uncached',
  unit: 'tokens/s',
  better: 'higher',
  per: 'run',
  population: 'whatever arrived in the measured window, of any request',
  summary: 'the same without the tokens a prefix cache answered; only where the server reports them',
  start: () => ({
    end: ({ window }) =>
      window.cacheKnown
        ? perWindow(window.uncachedPromptTokens, window, window.uncachedPromptTokens)
        : { n: 0, reason: 'the server does not report cached tokens' },
  }),
};
