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

/** A head as bytes, made in place: a request that leaves shall make no garbage. */
export interface HeadWriter {
  /** No head has more bytes. */
  readonly mostBytes: number;
  /** Writes the head of a request with a body of so many bytes; returns where it ends. */
  write(into: Uint8Array, at: number, request: number, bodyLength: number): number;
}

const idLabel = 'x-request-id: ';
const lengthLabel = 'content-length: ';
const lineEnd = '\r\n';
/** Of an integer below 2^53. */
const mostDigits = 16;
const digitZero = 48;

/** Request line and headers, built once per target; only the request's id and length vary. */
export class RequestHead implements HeadWriter {
  readonly #start: string;
  readonly #sendsId: boolean;
  /** What does not vary, as bytes: up to the id or the length, from there to the length, and the end. */
  readonly #beforeId: Uint8Array;
  readonly #beforeLength: Uint8Array;
  readonly #end = Buffer.from(lineEnd + lineEnd);

  constructor(target: TransportTarget, extra: Readonly<Record<string, string>> = {}, absolute = false) {
    const { url } = target;
    const place = absolute ? `${url.protocol}//${url.host}${url.pathname}` : url.pathname;
    const headers = new Map([...requestHeaders(target), ...Object.entries(extra)]);
    this.#sendsId = !headers.has('x-request-id');
    const lines = [...headers].map(([name, value]) => `${name}: ${value}\r\n`);
    this.#start = `${target.method ?? 'POST'} ${place}${url.search} HTTP/1.1\r\n${lines.join('')}`;
    this.#beforeId = Buffer.from(this.#start + (this.#sendsId ? idLabel : ''), 'latin1');
    this.#beforeLength = Buffer.from((this.#sendsId ? lineEnd : '') + lengthLabel);
  }

  get mostBytes(): number {
    return this.#beforeId.length + this.#beforeLength.length + this.#end.length + 2 * mostDigits;
  }

  write(into: Uint8Array, at: number, request: number, bodyLength: number): number {
    let end = put(into, at, this.#beforeId);
    if (this.#sendsId) end = putInteger(into, end, request);
    end = putInteger(into, put(into, end, this.#beforeLength), bodyLength);
    return put(into, end, this.#end);
  }

  /** `x-request-id` lets a server's log be joined with the records. */
  of(request: number, bodyLength: number): string {
    const id = this.#sendsId ? `${idLabel}${request}${lineEnd}` : '';
    return `${this.#start}${id}${lengthLabel}${bodyLength}${lineEnd}${lineEnd}`;
  }
}

function put(into: Uint8Array, at: number, bytes: Uint8Array): number {
  into.set(bytes, at);
  return at + bytes.length;
}

function putInteger(into: Uint8Array, at: number, value: number): number {
  let end = at + 1;
  for (let rest = Math.floor(value / 10); rest > 0; rest = Math.floor(rest / 10)) end++;
  for (let i = end - 1, rest = value; i >= at; i--, rest = Math.floor(rest / 10)) into[i] = digitZero + (rest % 10);
  return end;
}
