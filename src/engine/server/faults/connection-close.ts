import { z } from 'zod';
import { defineFault } from '../fault.ts';

export const connectionClose = defineFault({
  kind: 'connection-close',
  summary: 'says Connection: close and closes the connection after the response',
  arguments: z.object({}),
  effects: () => ({
    prepare: (exchange) => {
      exchange.response.shouldKeepAlive = false;
    },
  }),
});
