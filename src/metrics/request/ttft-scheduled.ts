import { firstTokenWait, firstTokenWhenCut } from '../latency.ts';
import type { RequestMetric } from '../metric.ts';

export const ttftScheduled: RequestMetric = {
  kind: 'ttft-scheduled',
  label: 'Time to first token from schedule',
  unit: 'ms',
  better: 'lower',
  per: 'request',
  among: 'completed',
  summary: 'first token − scheduled send, whatever the policy’s `from`',
  of: ({ record, timeline }) => firstTokenWait(timeline, record.scheduledAt),
  whenCut: ({ record, timeline }) => firstTokenWhenCut(record, timeline, record.scheduledAt),
};
