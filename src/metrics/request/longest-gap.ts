import { type Nanoseconds, toMilliseconds } from '../../core/units.ts';
import type { RequestMetric } from '../metric.ts';

export const longestGap: RequestMetric = {
  kind: 'longest-gap',
  label: 'Longest gap',
  unit: 'ms',
  better: 'lower',
  per: 'request',
  among: 'completed',
  summary: 'longest wait between two tokens, in time or not',
  of: ({ timeline: { times, length } }) => {
    if (length < 2) return undefined;
    let longest = 0;
    for (let i = 1; i < length; i++) longest = Math.max(longest, (times[i] as number) - (times[i - 1] as number));
    return toMilliseconds(longest as Nanoseconds);
  },
};
