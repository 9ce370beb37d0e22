import { z } from 'zod';
import { defineFault } from '../fault.ts';

export const noTerminator = defineFault({
  kind: 'no-terminator',
  summary: 'closes the connection after data: [DONE] without the last chunk of the body',
  arguments: z.object({}),
  effects: () => ({
    wire: (next, exchange) => ({ write: (payload, marks) => next.write(payload, marks), end: () => exchange.fin() }),
  }),
});
