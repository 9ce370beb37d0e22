import type { RunValue } from './metric.ts';
import type { WindowFacts } from './window.ts';

/** A rate over the measured window. */
export const perWindow = (amount: number, { seconds }: WindowFacts, n: number): RunValue =>
  seconds > 0 ? { n, value: amount / seconds } : { n, reason: 'the measured window has no length' };
