import type { RequestMetric } from '../metric.ts';

export const tokensPerChunk: RequestMetric = {
  kind: 'tokens-per-chunk',
  label: 'Tokens per chunk',
  unit: 'tokens',
  better: 'neither',
  per: 'request',
  among: 'completed',
  summary: 'tokens ÷ chunks that held one, per answer',
  of: ({ timeline: { tokens, chunks } }) => (chunks === 0 ? undefined : tokens / chunks),
};
