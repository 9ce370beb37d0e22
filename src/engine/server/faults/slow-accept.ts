import { z } from 'zod';
import { defineFault } from '../fault.ts';

export const slowAccept = defineFault({
  kind: 'slow-accept',
  of: 'connection',
  summary: 'leaves a new connection alone for so many seconds, TLS handshake and all (only as a rule)',
  arguments: z.object({ seconds: z.coerce.number().positive().max(3600).default(1) }),
  effects: ({ seconds }) => ({
    connection: (socket, proceed) => {
      const timer = setTimeout(proceed, seconds * 1e3);
      socket.once('close', () => clearTimeout(timer));
    },
  }),
});
