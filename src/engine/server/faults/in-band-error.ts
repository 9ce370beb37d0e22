import { z } from 'zod';
import { ApiError } from '../api-error.ts';
import { cutAfter } from '../cut-after.ts';
import { defineFault } from '../fault.ts';

export const inBandError = defineFault({
  kind: 'in-band-error',
  summary: 'sends an error event after this many tokens, in a response with status 200',
  arguments: z.object({ tokens: z.coerce.number().int().min(0).default(3) }),
  effects: ({ tokens }) => ({
    parts: (next, exchange) =>
      cutAfter(tokens, next, () => {
        const error = new ApiError(500, 'the simulated engine was told to fail');
        next.push({ kind: 'raw', text: `data: ${JSON.stringify(error.body())}\n\n` });
        next.push({ kind: 'done' });
        exchange.truth.end ??= 'fault';
        next.end();
      }),
  }),
});
