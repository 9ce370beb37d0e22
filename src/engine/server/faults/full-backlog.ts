import { z } from 'zod';
import { defineFault } from '../fault.ts';

export const fullBacklog = defineFault({
  kind: 'full-backlog',
  of: 'listener',
  summary:
    'accepts no connection and has a full backlog from the start on, for so many seconds or for ever (only at the start)',
  arguments: z.object({ seconds: z.coerce.number().positive().max(3600).default(Number.POSITIVE_INFINITY) }),
  effects: ({ seconds }) => ({ fullBacklog: { seconds } }),
});
