import { z } from 'zod';
import { defineFault } from '../fault.ts';

export const trailers = defineFault({
  kind: 'trailers',
  summary: 'adds an extension to each chunk and trailers after the last',
  arguments: z.object({}),
  effects: () => ({
    prepare: (exchange) => {
      exchange.extendChunks(';note="simulated"');
      exchange.headers.trailer = 'x-checksum';
      exchange.response.addTrailers({ 'x-checksum': 'none' });
    },
  }),
});
