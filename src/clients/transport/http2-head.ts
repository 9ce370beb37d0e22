import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http2';
import { refuseEncoded } from '../http/response-head.ts';
import { requestHeaders } from './request-head.ts';
import type { TransportTarget } from './transport.ts';

/** Headers of every request in HTTP/2; only the request's id and length vary. */
export class Http2Head {
  readonly #fields: OutgoingHttpHeaders;
  readonly #sendsId: boolean;

  constructor(target: TransportTarget) {
    const { host, ...fields } = Object.fromEntries(requestHeaders(target));
    const { url, method = 'POST' } = target;
    this.#sendsId = !('x-request-id' in fields);
    this.#fields = {
      ':method': method,
      ':scheme': url.protocol.slice(0, -1),
      ':authority': host,
      ':path': `${url.pathname}${url.search}`,
      ...fields,
    };
  }

  of(request: number, bodyLength: number): OutgoingHttpHeaders {
    const id = this.#sendsId && { 'x-request-id': `${request}` };
    return { ...this.#fields, ...id, 'content-length': `${bodyLength}` };
  }
}

/** The head of an answer as HTTP/1.1 would write it: what tapes hold, whatever the server speaks. */
export function headText(headers: IncomingHttpHeaders): { readonly status: number; readonly text: string } {
  const status = Number(headers[':status']);
  refuseEncoded(status, headers['content-encoding']?.split(',') ?? []);
  const lines = Object.entries(headers)
    .filter(([name, value]) => !name.startsWith(':') && value !== undefined)
    .flatMap(([name, value]) => [value].flat().map((each) => `${name}: ${each}\r\n`));
  return { status, text: `HTTP/2 ${status}\r\n${lines.join('')}\r\n` };
}
