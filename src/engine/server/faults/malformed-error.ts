import { z } from 'zod';
import { ApiError } from '../api-error.ts';
import { defineFault } from '../fault.ts';

export const malformedError = defineFault({
  kind: 'malformed-error',
  summary: 'refuses with this status and the first half of an error body',
  arguments: z.object({ status: z.coerce.number().int().min(400).max(599).default(500) }),
  effects: ({ status }) => ({
    answer: (exchange) => {
      const body = JSON.stringify(new ApiError(status, 'the simulated engine was told to break off here').body());
      exchange.send(status, body.slice(0, body.length >> 1), { 'content-type': 'application/json' });
    },
  }),
});
