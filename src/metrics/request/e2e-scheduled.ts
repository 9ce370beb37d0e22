import { endWhenCut, lastTokenWait } from '../latency.ts';
import type { RequestMetric } from '../metric.ts';

export const e2eScheduled: RequestMetric = {
  kind: 'e2e-scheduled',
  label: 'End-to-end latency from schedule',
  unit: 'ms',
  better: 'lower',
  per: 'request',
  among: 'completed',
  summary: 'last token − scheduled send, whatever the policy’s `from`',
  of: ({ record, timeline }) => lastTokenWait(timeline, record.scheduledAt),
  whenCut: ({ record }) => endWhenCut(record, record.scheduledAt),
};
