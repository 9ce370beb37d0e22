import { firstTokenWait, firstTokenWhenCut } from '../latency.ts';
import type { RequestMetric } from '../metric.ts';

export const ttftSent: RequestMetric = {
  kind: 'ttft-sent',
  label: 'Time to first token from send',
  unit: 'ms',
  better: 'lower',
  per: 'request',
  among: 'completed',
  summary: 'first token − actual send, whatever the policy’s `from`',
  of: ({ record, timeline }) => firstTokenWait(timeline, record.sentAt),
  whenCut: ({ record, timeline }) => firstTokenWhenCut(record, timeline, record.sentAt),
};
