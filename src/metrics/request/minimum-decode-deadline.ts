import { type Nanoseconds, toMilliseconds } from '../../core/units.ts';
import type { RequestMetric } from '../metric.ts';

export const minimumDeadline: RequestMetric = {
  kind: 'minimum-decode-deadline',
  label: 'Minimum decode deadline',
  unit: 'ms',
  better: 'lower',
  per: 'request',
  among: 'completed',
  summary: 'D*: smallest decode deadline at which the answer’s fluidity-index reaches `fluidFrom`, first token ignored',
  of: ({ minimumDecodeDeadline }) =>
    Number.isFinite(minimumDecodeDeadline) ? toMilliseconds(minimumDecodeDeadline as Nanoseconds) : undefined,
};
