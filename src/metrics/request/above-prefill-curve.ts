import { nanoseconds, toMilliseconds } from '../../core/units.ts';
import { firstTokenWait } from '../latency.ts';
import type { RequestMetric } from '../metric.ts';
import { predictedPrefill } from '../prefill-deadline.ts';

export const abovePrefillCurve: RequestMetric = {
  kind: 'above-prefill-curve',
  label: 'First token above the prefill curve',
  unit: 'ms',
  better: 'lower',
  per: 'request',
  among: 'completed',
  summary: 'TTFT − time the prompt alone should take by the curve: an estimate of queueing; only with a curve',
  of: ({ policy, timeline }) => {
    const wait = firstTokenWait(timeline, timeline.origin);
    const prefill = predictedPrefill(policy.prefillDeadline, timeline);
    return wait === undefined || prefill === undefined ? undefined : wait - toMilliseconds(nanoseconds(prefill));
  },
};
