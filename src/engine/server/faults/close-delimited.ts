import { z } from 'zod';
import { plainHead } from '../exchange.ts';
import { defineFault } from '../fault.ts';

export const closeDelimited = defineFault({
  kind: 'close-delimited',
  summary: 'streams without chunks, so that only the end of the connection ends the body',
  arguments: z.object({}),
  effects: () => ({
    sendHead: (exchange, then) => {
      exchange.endWithConnection();
      plainHead(exchange, then);
    },
  }),
});
