import { z } from 'zod';
import { defineFault } from '../fault.ts';
import { rawHead } from '../raw-head.ts';

export const http10 = defineFault({
  kind: 'http10',
  summary: 'answers as HTTP/1.0, whose body ends with the connection',
  arguments: z.object({}),
  effects: () => ({
    sendHead: (exchange, then) => {
      exchange.unframed();
      exchange.writeRaw(rawHead(exchange, {}, 'HTTP/1.0'));
      then();
    },
  }),
});
