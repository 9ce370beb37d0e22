import { decodePace } from '../decode-pace.ts';
import type { RequestMetric } from '../metric.ts';

export const decodeRate: RequestMetric = {
  kind: 'decode-rate',
  label: 'Decode rate',
  unit: 'tokens/s',
  better: 'higher',
  per: 'request',
  among: 'completed',
  summary: 'tokens after the first chunk ÷ (last − first token): the inverse of TPOT',
  of: (answer) => decodePace(answer)?.rate,
};
