import { z } from 'zod';
import { cutAfter } from '../cut-after.ts';
import { defineFault } from '../fault.ts';

/** A reset that overtakes the last token reads as an orderly end in many clients, and the token is lost. */
const pauseMilliseconds = 10;

export const reset = defineFault({
  kind: 'reset',
  summary: 'resets the connection after this many tokens',
  arguments: z.object({ tokens: z.coerce.number().int().min(0).default(3) }),
  effects: ({ tokens }) => ({
    parts: (next, exchange) => cutAfter(tokens, next, () => setTimeout(() => exchange.reset(), pauseMilliseconds)),
  }),
});
