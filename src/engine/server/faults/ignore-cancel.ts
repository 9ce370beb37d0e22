import { z } from 'zod';
import { defineFault } from '../fault.ts';

export const ignoreCancel = defineFault({
  kind: 'ignore-cancel',
  summary: 'goes on generating for a client that has gone away',
  arguments: z.object({}),
  effects: () => ({ keepsRunning: true }),
});
