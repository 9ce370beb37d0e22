import { decodePace } from '../decode-pace.ts';
import type { RequestMetric } from '../metric.ts';

export const tpot: RequestMetric = {
  kind: 'tpot',
  label: 'Time per output token',
  unit: 'ms',
  better: 'lower',
  per: 'request',
  among: 'completed',
  summary: '(last − first token) ÷ tokens after the first chunk, or ÷ (tokens − 1) under the policy’s `tpot: paper`',
  of: (answer) => decodePace(answer)?.perToken,
};
