import { z } from 'zod';
import { defineFault } from '../fault.ts';

export const headersOnly = defineFault({
  kind: 'headers-only',
  summary: 'sends the head of a stream and then nothing, ever',
  arguments: z.object({}),
  effects: () => ({ answer: (exchange) => exchange.startStream() }),
});
