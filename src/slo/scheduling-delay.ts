import { type RequestMetric, requestMetrics } from '../metrics/index.ts';

/** Where an engine reports when its scheduler first worked on a request, milliseconds after the arrival. */
export const schedulingDelayField = 'scheduling_delay_ms';

const aboveCurve = requestMetrics.get('above-prefill-curve');

/** The engine's own account where it gives one, else what the first token took above the prefill curve. */
export const schedulingDelay: RequestMetric = {
  kind: 'scheduling-delay',
  label: 'Scheduling delay',
  unit: 'ms',
  better: 'lower',
  per: 'request',
  among: 'completed',
  summary: 'time until the scheduler first worked on the request, as the engine says; else TTFT − prefill curve',
  of: (answer) =>
    answer.record.serverTiming?.[schedulingDelayField] ??
    (aboveCurve.per === 'request' ? aboveCurve.of(answer) : undefined),
};
