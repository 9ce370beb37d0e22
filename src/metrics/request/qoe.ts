import { nanosecondsPerSecond } from '../../core/units.ts';
import type { Answer } from '../answer.ts';
import type { RequestMetric } from '../metric.ts';

/** Andes (arXiv 2404.16283): how closely reading follows the pace a reader expects. */
export const qoe: RequestMetric = {
  kind: 'qoe',
  label: 'Quality of experience',
  unit: 'ratio',
  better: 'higher',
  per: 'request',
  among: 'completed',
  summary:
    '1 − Σ(U − I) ÷ Σ(U − start): U when a reader at the policy’s pace reads each token, I when it was expected (`expectedTtft`, then the pace)',
  of: ({ timeline: { times, length, origin }, policy }: Answer) => {
    if (length === 0) return undefined;
    const step = nanosecondsPerSecond / policy.pace;
    let ideal = policy.expectedTtft as number;
    let read = Number.NEGATIVE_INFINITY;
    let delay = 0;
    let whole = 0;
    for (let i = 0; i < length; i++) {
      read = Math.max((times[i] as number) - origin, i === 0 ? ideal : read + step);
      delay += read - ideal;
      whole += read;
      ideal += step;
    }
    return whole === 0 ? undefined : Math.min(1, Math.max(0, 1 - delay / whole));
  },
};
