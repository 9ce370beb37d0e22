import { endWhenCut, lastTokenWait } from '../latency.ts';
import type { RequestMetric } from '../metric.ts';

export const e2eSent: RequestMetric = {
  kind: 'e2e-sent',
  label: 'End-to-end latency from send',
  unit: 'ms',
  better: 'lower',
  per: 'request',
  among: 'completed',
  summary: 'last token − actual send, whatever the policy’s `from`',
  of: ({ record, timeline }) => lastTokenWait(timeline, record.sentAt),
  whenCut: ({ record }) => endWhenCut(record, record.sentAt),
};
