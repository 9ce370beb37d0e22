import { waitBetween } from '../latency.ts';
import type { RequestMetric } from '../metric.ts';

export const ttfb: RequestMetric = {
  kind: 'ttfb',
  label: 'Time to first byte',
  unit: 'ms',
  better: 'lower',
  per: 'request',
  among: 'completed',
  summary: 'first byte of the response − actual send',
  of: ({ record }) => waitBetween(record.sentAt, record.firstByteAt),
};
