import { z } from 'zod';
import { defineFault } from '../fault.ts';
import { retime } from '../retime.ts';

export const delay = defineFault({
  kind: 'delay',
  summary: 'holds the whole answer back by so many seconds; with @first=10 a server that is slow to warm up',
  arguments: z.object({ seconds: z.coerce.number().positive().max(3600).default(1) }),
  effects: ({ seconds }) => ({
    parts: (next, exchange) => retime(next, exchange, (_part, now) => now + seconds * 1e3),
  }),
});
