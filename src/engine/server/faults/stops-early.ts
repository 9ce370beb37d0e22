import { z } from 'zod';
import { defineFault } from '../fault.ts';

export const stopsEarly = defineFault({
  kind: 'stops-early',
  summary: 'stops after this share of the tokens, ignore_eos or not',
  arguments: z.object({ share: z.coerce.number().min(0).max(1).default(0.5) }),
  effects: ({ share }) => ({
    plan: (plan) => ({ ...plan, tokens: Math.max(1, Math.round(plan.tokens * share)), finishReason: 'stop' }),
  }),
});
