import { z } from 'zod';
import { seconds } from '../../core/units.ts';
import { duration } from '../duration.ts';

export const limits = z.strictObject({
  connectTimeout: duration({ positive: true })
    .default(seconds(10))
    .meta({ description: 'longest time to connect', examples: ['5s'] }),
  firstTokenTimeout: duration({ positive: true })
    .default(seconds(120))
    .meta({ description: 'longest time from the send to the first token', examples: ['30s'] }),
  betweenTokensTimeout: duration({ positive: true })
    .default(seconds(60))
    .meta({ description: 'longest silence after the first token', examples: ['10s'] }),
  totalTimeout: duration({ positive: true })
    .default(seconds(600))
    .meta({ description: 'longest time of one request', examples: ['5m'] }),
  maxErrorRate: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .meta({ description: 'stop, and exit with 3, when a larger share of requests fails', examples: [0.05] }),
  maxTokens: z
    .int()
    .min(1)
    .optional()
    .meta({ description: 'budget: stop once this many prompt and answer tokens were used', examples: [1_000_000] }),
  waitReady: duration({ positive: true })
    .optional()
    .meta({ description: 'how long to wait for a server that is still starting', examples: ['5m'] }),
});
