import { shareInterval } from './binomial.ts';
import { confidence, type RunValue } from './metric.ts';

/** A share with its exact interval (Clopper–Pearson). */
export function shareValue(part: number, whole: number): RunValue {
  const interval = shareInterval(part, whole, confidence);
  return interval === undefined
    ? { n: 0, reason: 'no request ended in the measured window' }
    : { n: whole, value: part / whole, interval };
}
