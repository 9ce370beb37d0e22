import { z } from 'zod';
import { defineFault } from '../fault.ts';
import { gzipped } from '../gzipped.ts';

export const gzip = defineFault({
  kind: 'gzip',
  summary: 'compresses the stream, flushed after each event, though the client did not ask',
  arguments: z.object({}),
  effects: () => ({
    prepare: (exchange) => {
      exchange.headers['content-encoding'] = 'gzip';
    },
    wire: gzipped,
  }),
});
