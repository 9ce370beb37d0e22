import type { OutgoingHttpHeaders } from 'node:http';
import type { Exchange } from './exchange.ts';

/** The head of an event stream as text, for heads that `http` would not write. */
export function rawHead(exchange: Exchange, headers: OutgoingHttpHeaders, version = 'HTTP/1.1'): string {
  const fields = Object.entries({ ...exchange.head(), ...headers });
  return `${version} 200 OK\r\n${fields.map(([name, value]) => `${name}: ${String(value)}\r\n`).join('')}\r\n`;
}
