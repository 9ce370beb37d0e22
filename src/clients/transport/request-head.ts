import { MetronError } from '../../core/errors.ts';
import type { TransportTarget } from './transport.ts';

const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Latin-1 without control characters but the tab: anything else could smuggle in a line. */
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/;
const framing = new Set([
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'proxy-connection',
  'http2-settings',
  'expect',
  'upgrade',
  'te',
]);

/** Headers of every request, the user's in place of ours where they have the same name. */
export function requestHeaders({ url, headers }: TransportTarget): Map<string, string> {
  const all = new Map([
    ['host', url.host],
    ['content-type', 'application/json'],
    ['accept', 'text/event-stream, application/json'],
    ['user-agent', 'metron'],
  ]);
  if (url.username !== '') all.set('authorization', basicCredentials(url));
  for (const [name, value] of Object.entries(headers)) {
    if (!headerName.test(name)) throw new MetronError('BAD_HEADER', `"${name}" is not a header name`);
    if (!headerValue.test(value)) {
      throw new MetronError('BAD_HEADER', `the value of header "${name}" has characters that HTTP cannot carry`);
    }
    if (framing.has(name.toLowerCase())) {
      throw new MetronError('BAD_HEADER', `the header "${name}" is metron's to set`, { hint: 'leave it out' });
    }
    all.set(name.toLowerCase(), value);
  }
  return all;
}

export function basicCredentials({ username, password }: URL): string {
  const plain = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(plain).toString('base64')}`;
}

/** Request line and headers, built once per target; only the request's id and length vary. */
export class RequestHead {
  readonly #start: string;
  readonly #sendsId: boolean;

  constructor(target: TransportTarget, extra: Readonly<Record<string, string>> = {}, absolute = false) {
    const { url } = target;
    const place = absolute ? `${url.protocol}//${url.host}${url.pathname}` : url.pathname;
    const headers = new Map([...requestHeaders(target), ...Object.entries(extra)]);
    this.#sendsId = !headers.has('x-request-id');
    const lines = [...headers].map(([name, value]) => `${name}: ${value}\r\n`);
    this.#start = `${target.method ?? 'POST'} ${place}${url.search} HTTP/1.1\r\n${lines.join('')}`;
  }

  /** `x-request-id` lets a server's log be joined with the records. */
  of(request: number, bodyLength: number): string {
    const id = this.#sendsId ? `x-request-id: ${request}\r\n` : '';
    return `${this.#start}${id}content-length: ${bodyLength}\r\n\r\n`;
  }
}
