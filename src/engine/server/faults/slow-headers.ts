import { z } from 'zod';
import type { Exchange } from '../exchange.ts';
import { defineFault } from '../fault.ts';

/** The head byte by byte; its connection is not used again. */
function drip(exchange: Exchange, seconds: number, then: () => void): void {
  const fields = Object.entries({ ...exchange.head(), 'transfer-encoding': 'chunked', connection: 'close' });
  const head = `HTTP/1.1 200 OK\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  let sent = 0;
  const began = performance.now();
  const timer = setInterval(() => {
    const share = Math.min(1, (performance.now() - began) / 1e3 / seconds);
    const until = Math.max(sent + 1, Math.floor(share * head.length));
    exchange.writeRaw(head.slice(sent, until));
    sent = until;
    if (sent < head.length) return;
    clearInterval(timer);
    then();
  }, 5);
  exchange.onClosed(() => clearInterval(timer));
}

export const slowHeaders = defineFault({
  kind: 'slow-headers',
  summary: 'drips the head of the stream byte by byte over this many seconds',
  arguments: z.object({ seconds: z.coerce.number().positive().max(3600).default(1) }),
  effects: ({ seconds }) => ({ sendHead: (exchange, then) => drip(exchange, seconds, then) }),
});
