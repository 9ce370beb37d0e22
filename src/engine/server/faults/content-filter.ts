import { z } from 'zod';
import { defineFault } from '../fault.ts';

export const contentFilter = defineFault({
  kind: 'content-filter',
  summary: 'ends the answer after this many tokens with finish reason content_filter',
  arguments: z.object({ tokens: z.coerce.number().int().min(0).default(3) }),
  effects: ({ tokens }) => ({
    plan: (plan) => ({ ...plan, tokens: Math.max(1, Math.min(tokens, plan.tokens)), finishReason: 'content_filter' }),
  }),
});
