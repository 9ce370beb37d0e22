import { z } from 'zod';
import { ApiError } from '../api-error.ts';
import { defineFault } from '../fault.ts';

const soon = (): string => new Date(Date.now() + 2000).toUTCString();

const exhausted = { 'x-ratelimit-limit-requests': 60, 'x-ratelimit-remaining-requests': 0 };

export const httpError = defineFault({
  kind: 'http-error',
  summary: 'refuses with this status and an error body; retryAfter is sent as it is, date as a date',
  arguments: z.object({
    status: z.coerce.number().int().min(300).max(599).default(500),
    retryAfter: z.string().optional(),
  }),
  effects: ({ status, retryAfter }) => ({
    answer: (exchange) => {
      const error = new ApiError(status, `the simulated engine was told to refuse with ${status}`);
      const headers = retryAfter === undefined ? {} : { 'retry-after': retryAfter === 'date' ? soon() : retryAfter };
      const limits = status === 429 ? exhausted : {};
      const redirect = status < 400 ? { location: '/v1/models' } : {};
      exchange.json(status, error.body(), { ...headers, ...limits, ...redirect });
    },
  }),
});
