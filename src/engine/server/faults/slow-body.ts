import { z } from 'zod';
import { drip } from '../drip.ts';
import { defineFault } from '../fault.ts';

export const slowBody = defineFault({
  kind: 'slow-body',
  summary: 'drips the body at so many bytes per second',
  arguments: z.object({ bytesPerSecond: z.coerce.number().positive().default(2000) }),
  effects: ({ bytesPerSecond }) => ({ wire: (next, exchange) => drip(next, exchange, bytesPerSecond) }),
});
