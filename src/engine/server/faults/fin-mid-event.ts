import { z } from 'zod';
import { cutAfter } from '../cut-after.ts';
import { defineFault } from '../fault.ts';

export const finMidEvent = defineFault({
  kind: 'fin-mid-event',
  summary: 'after this many tokens sends half an event and closes the connection',
  arguments: z.object({ tokens: z.coerce.number().int().min(0).default(3) }),
  effects: ({ tokens }) => ({
    parts: (next, exchange) =>
      cutAfter(tokens, next, () => {
        next.push({ kind: 'raw', text: 'data: {"id":"cut","object":"chat.completion.chunk","choi' });
        exchange.fin();
      }),
  }),
});
