import { z } from 'zod';
import { defineFault } from '../fault.ts';
import { stretch } from '../retime.ts';

export const slowdown = defineFault({
  kind: 'slowdown',
  summary: 'stretches gaps between tokens by this factor, which grows (or falls) by perToken with each token',
  arguments: z.object({
    factor: z.coerce.number().min(1).max(1000).default(2),
    perToken: z.coerce.number().min(-10).max(10).default(0),
  }),
  effects: ({ factor, perToken }) => ({
    parts: (next, exchange) => stretch(next, exchange, (position) => factor + perToken * position),
  }),
});
