import type { RunMetric } from '../metric.ts';
import { perWindow } from '../per-window.ts';

export const outputThroughput: RunMetric = {
  kind: 'output-throughput',
  label: 'Output token throughput',
  unit: 'tokens/s',
  better: 'higher',
  per: 'run',
  population: 'whatever arrived in the measured window, of any request',
  summary: 'output tokens that arrived in the window ÷ its length',
  start: () => ({ end: ({ window }) => perWindow(window.outputTokens, window, window.outputTokens) }),
};
