import type { RunMetric } from '../metric.ts';
import { perWindow } from '../per-window.ts';

export const requestThroughput: RunMetric = {
  kind: 'request-throughput',
  label: 'Request throughput',
  unit: 'requests/s',
  better: 'higher',
  per: 'run',
  population: 'requests that completed in the measured window',
  summary: 'requests completed in the window ÷ its length',
  start: () => ({ end: ({ window }) => perWindow(window.completed, window, window.completed) }),
};
