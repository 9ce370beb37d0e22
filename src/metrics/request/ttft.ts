import { firstTokenWait, firstTokenWhenCut } from '../latency.ts';
import type { RequestMetric } from '../metric.ts';

export const ttft: RequestMetric = {
  kind: 'ttft',
  label: 'Time to first token',
  unit: 'ms',
  better: 'lower',
  per: 'request',
  among: 'completed',
  summary: 'first token on the policy’s channel − start of the wait (policy `from`)',
  of: ({ timeline }) => firstTokenWait(timeline, timeline.origin),
  whenCut: ({ record, timeline }) => firstTokenWhenCut(record, timeline, timeline.origin),
};
