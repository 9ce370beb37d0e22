import { z } from 'zod';
import { cutAfter } from '../cut-after.ts';
import { defineFault } from '../fault.ts';

export const reset = defineFault({
  kind: 'reset',
  summary: 'resets the connection after this many tokens',
  arguments: z.object({ tokens: z.coerce.number().int().min(0).default(3) }),
  effects: ({ tokens }) => ({ parts: (next, exchange) => cutAfter(tokens, next, () => exchange.reset()) }),
});
