import type { RequestMetric } from '../metric.ts';
import { promptTokensOf } from '../timeline.ts';

export const promptTokens: RequestMetric = {
  kind: 'prompt-tokens',
  label: 'Prompt tokens',
  unit: 'tokens',
  better: 'neither',
  per: 'request',
  among: 'scored',
  summary: 'tokens of the prompt: reported by the server, else counted by us, else asked for',
  of: ({ record }) => promptTokensOf(record),
};
