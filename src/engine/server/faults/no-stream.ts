import { z } from 'zod';
import { defineFault } from '../fault.ts';

export const noStream = defineFault({
  kind: 'no-stream',
  summary: 'answers a stream request with one JSON body',
  arguments: z.object({}),
  effects: () => ({ whole: true }),
});
