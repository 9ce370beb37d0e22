import { z } from 'zod';
import { defineFault } from '../fault.ts';

export const interim = defineFault({
  kind: 'interim',
  summary: 'sends an interim response of this status before the real one, though nobody asked',
  arguments: z.object({ status: z.coerce.number().int().min(100).max(199).default(100) }),
  effects: ({ status }) => ({
    prepare: ({ socket }) => {
      socket.write(`HTTP/1.1 ${status} Interim\r\n\r\n`, 'latin1');
    },
  }),
});
