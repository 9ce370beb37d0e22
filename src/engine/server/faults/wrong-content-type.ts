import { z } from 'zod';
import { defineFault } from '../fault.ts';

export const wrongContentType = defineFault({
  kind: 'wrong-content-type',
  summary: 'declares the event stream to be plain text',
  arguments: z.object({}),
  effects: () => ({
    sendHead: (exchange, then) => {
      exchange.response.writeHead(200, { ...exchange.head(), 'content-type': 'text/plain; charset=utf-8' });
      exchange.response.flushHeaders();
      then();
    },
  }),
});
