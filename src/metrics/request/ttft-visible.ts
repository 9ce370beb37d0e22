import { firstVisibleWait } from '../latency.ts';
import type { RequestMetric } from '../metric.ts';

export const ttftVisible: RequestMetric = {
  kind: 'ttft-visible',
  label: 'Time to first visible token',
  unit: 'ms',
  better: 'lower',
  per: 'request',
  among: 'completed',
  summary: 'first token of the answer proper, not of hidden thinking or tool calls − start of the wait',
  of: ({ record, timeline }) => firstVisibleWait(record, timeline.origin),
};
