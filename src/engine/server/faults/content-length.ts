import { z } from 'zod';
import { defineFault } from '../fault.ts';
import { rawHead } from '../raw-head.ts';

export const contentLength = defineFault({
  kind: 'content-length',
  summary: 'declares a body of this many bytes, whatever the stream has, and closes the connection after it',
  arguments: z.object({ bytes: z.coerce.number().int().min(0).default(1_000_000) }),
  effects: ({ bytes }) => ({
    sendHead: (exchange, then) => {
      exchange.unframed();
      exchange.writeRaw(rawHead(exchange, { 'content-length': bytes, connection: 'close' }));
      then();
    },
  }),
});
