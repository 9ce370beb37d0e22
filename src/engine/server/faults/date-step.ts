import { z } from 'zod';
import { defineFault } from '../fault.ts';

export const dateStep = defineFault({
  kind: 'date-step',
  summary: 'sets the Date header off by so many seconds',
  arguments: z.object({ seconds: z.coerce.number().default(3600) }),
  effects: ({ seconds }) => ({
    prepare: (exchange) => {
      exchange.headers.date = new Date(Date.now() + seconds * 1e3).toUTCString();
    },
  }),
});
