import type { RunMetric } from '../metric.ts';
import { perWindow } from '../per-window.ts';

export const inputThroughput: RunMetric = {
  kind: 'input-throughput',
  label: 'Input token throughput',
  unit: 'tokens/s',
  better: 'higher',
  per: 'run',
  population: 'whatever arrived in the measured window, of any request',
  summary: 'prompt tokens, cached ones included, of requests whose first token arrived in the window ÷ its length',
  start: () => ({ end: ({ window }) => perWindow(window.promptTokens, window, window.promptTokens) }),
};
