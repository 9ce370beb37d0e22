import { z } from 'zod';
import { defineFault } from '../fault.ts';

export const acceptThenClose = defineFault({
  kind: 'accept-then-close',
  of: 'connection',
  summary: 'closes a new connection before reading from it (only as a rule)',
  arguments: z.object({}),
  effects: () => ({ connection: (socket) => socket.destroy() }),
});
