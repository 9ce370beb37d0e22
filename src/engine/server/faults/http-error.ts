import { z } from 'zod';
import { ApiError } from '../api-error.ts';
import { defineFault } from '../fault.ts';

export const httpError = defineFault({
  kind: 'http-error',
  summary: 'refuses with this status and an error body; retryAfter is sent as it is',
  arguments: z.object({
    status: z.coerce.number().int().min(300).max(599).default(500),
    retryAfter: z.string().optional(),
  }),
  effects: ({ status, retryAfter }) => ({
    answer: (exchange) => {
      const error = new ApiError(status, `the simulated engine was told to refuse with ${status}`);
      const headers = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
      const redirect = status < 400 ? { location: '/v1/models' } : {};
      exchange.json(status, error.body(), { ...headers, ...redirect });
    },
  }),
});
