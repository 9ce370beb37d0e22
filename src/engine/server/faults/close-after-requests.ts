import type { Socket } from 'node:net';
import { z } from 'zod';
import { defineFault } from '../fault.ts';

const servedOn = new WeakMap<Socket, number>();

export const closeAfterRequests = defineFault({
  kind: 'close-after-requests',
  summary: 'promises keep-alive and closes each connection after its nth complete response',
  arguments: z.object({ requests: z.coerce.number().int().min(1).default(3) }),
  effects: ({ requests }) => ({
    prepare: (exchange) => {
      const { socket } = exchange;
      const served = (servedOn.get(socket) ?? 0) + 1;
      servedOn.set(socket, served);
      if (served >= requests) exchange.onClosed(() => socket.destroySoon());
    },
  }),
});
