import { z } from 'zod';
import { defineFault } from '../fault.ts';

export const closeBeforeAnswer = defineFault({
  kind: 'close-before-answer',
  summary: 'reads the request and closes the connection without a byte',
  arguments: z.object({}),
  effects: () => ({ answer: (exchange) => exchange.fin() }),
});
