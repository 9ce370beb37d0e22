import { z } from 'zod';
import { defineFault } from '../fault.ts';

export const emptyError = defineFault({
  kind: 'empty-error',
  summary: 'refuses with this status and no body',
  arguments: z.object({ status: z.coerce.number().int().min(400).max(599).default(500) }),
  effects: ({ status }) => ({ answer: (exchange) => exchange.send(status, '', {}) }),
});
