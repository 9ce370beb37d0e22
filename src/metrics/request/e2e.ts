import { endWhenCut, lastTokenWait } from '../latency.ts';
import type { RequestMetric } from '../metric.ts';

export const e2e: RequestMetric = {
  kind: 'e2e',
  label: 'End-to-end latency',
  unit: 'ms',
  better: 'lower',
  per: 'request',
  among: 'completed',
  summary: 'last token − start of the wait (policy `from`)',
  of: ({ timeline }) => lastTokenWait(timeline, timeline.origin),
  whenCut: ({ record, timeline }) => endWhenCut(record, timeline.origin),
};
