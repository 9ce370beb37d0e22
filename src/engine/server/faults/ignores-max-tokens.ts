import { z } from 'zod';
import { defineFault } from '../fault.ts';

export const ignoresMaxTokens = defineFault({
  kind: 'ignores-max-tokens',
  summary: 'gives this many times the tokens that were allowed',
  arguments: z.object({ factor: z.coerce.number().min(1).max(100).default(2) }),
  effects: ({ factor }) => ({
    plan: (plan) => ({ ...plan, tokens: Math.round(plan.tokens * factor), finishReason: 'stop' }),
  }),
});
