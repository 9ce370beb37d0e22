import { z } from 'zod';
import { defineFault } from '../fault.ts';

export const closeAfterResponse = defineFault({
  kind: 'close-after-response',
  summary: 'promises keep-alive and closes the connection right after the complete response',
  arguments: z.object({}),
  effects: () => ({
    parts: (next, exchange) => {
      exchange.onClosed(() => exchange.socket.destroySoon());
      return next;
    },
  }),
});
