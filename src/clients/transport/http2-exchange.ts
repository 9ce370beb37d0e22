import { type ClientHttp2Session, type ClientHttp2Stream, constants } from 'node:http2';
import type { Clock } from '../../core/clock.ts';
import { ProtocolError } from '../../core/stream.ts';
import { type EndCause, endCauses, type TapeWriter, tapeFlags } from '../../core/tape.ts';
import { type Nanoseconds, notYet } from '../../core/units.ts';
import { ExchangeTape } from './exchange-tape.ts';
import { type Http2Head, headText } from './http2-head.ts';
import type { PollSpan } from './poll-span.ts';

export interface Fate {
  readonly cause: EndCause;
  readonly detail: string;
}

export interface Http2ExchangeOwner {
  readonly head: Http2Head;
  readonly tape: TapeWriter;
  readonly clock: Clock;
  readonly poll: PollSpan;
  /** A piece of an answer was dealt with. */
  onRead(): void;
}

const cutBy = (code: number): Fate => ({ cause: endCauses.reset, detail: errorName(code) });

/** Names of RFC 9113 §7, by code. */
const errorNames = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
];

export const errorName = (code: number): string => errorNames[code] ?? `error ${code}`;

/** One request and its answer on a stream of an HTTP/2 connection. */
export class Http2Exchange {
  readonly request: number;
  readonly body: Uint8Array;
  readonly #owner: Http2ExchangeOwner;
  readonly #tape: ExchangeTape;
  readonly #onOver: (exchange: Http2Exchange, fate: Fate | undefined) => void;
  #stream: ClientHttp2Stream | undefined;
  #waitsSince: Nanoseconds | undefined;
  #heard = false;
  #over = false;
  #sentAt: number = notYet;
  /** The poll that brought its last piece, and when that came. */
  #poll = -1;
  #at: Nanoseconds | undefined;

  /** `onOver` hears when the stream has ended; without a fate the connection knows why. */
  constructor(
    owner: Http2ExchangeOwner,
    request: number,
    body: Uint8Array,
    onOver: (exchange: Http2Exchange, fate: Fate | undefined) => void,
  ) {
    this.request = request;
    this.body = body;
    this.#owner = owner;
    this.#tape = new ExchangeTape(owner.tape);
    this.#onOver = onOver;
  }

  /** Part of an answer has come. */
  get heard(): boolean {
    return this.#heard;
  }

  /** The server said that it has not looked at the request: it may go again (RFC 9113 §8.7). */
  get refused(): boolean {
    return this.#stream?.rstCode === constants.NGHTTP2_REFUSED_STREAM;
  }

  /** For a connection that is being opened. */
  wait(): void {
    this.#waitsSince = this.#owner.clock.now();
    this.#tape.connecting(this.request, this.#waitsSince);
  }

  send(session: ClientHttp2Session, reused: boolean): void {
    const { clock, head } = this.#owner;
    const length = this.body.length;
    if (this.#waitsSince !== undefined) this.#tape.connected(clock.now(), clock.now() - this.#waitsSince);
    const sentAt = clock.now();
    this.#sentAt = sentAt;
    this.#tape.sent(this.request, sentAt, reused);
    const stream = session.request(head.of(this.request, length), { endStream: length === 0 });
    this.#stream = stream;
    stream.on('response', (headers) => this.#onHead(headers));
    stream.on('data', (bytes: Buffer) => this.#onData(bytes));
    // Node tells of an end where a stream was cut as well.
    stream.on('end', () => stream.rstCode || this.#settle({ cause: endCauses.complete, detail: '' }));
    stream.on('error', (error: NodeJS.ErrnoException) =>
      this.#settle(stream.rstCode ? cutBy(stream.rstCode) : fateOf(error)),
    );
    stream.on('close', () => this.#settle(undefined));
    if (length === 0) this.#tape.written(clock.now());
    else stream.end(this.body, () => !this.#over && this.#tape.written(clock.now()));
  }

  /** Writes the end, once. */
  end({ cause, detail }: Fate): void {
    this.#over = true;
    const isWhole = cause === endCauses.complete;
    this.#tape.end(cause, (isWhole && this.#at) || this.#owner.clock.now(), detail);
    this.#drop();
  }

  /** It goes again on another connection. */
  leave({ cause }: Fate): void {
    this.#over = true;
    this.#tape.leave(cause, this.#owner.clock.now());
    this.#drop();
  }

  #settle(fate: Fate | undefined): void {
    if (!this.#over) this.#onOver(this, fate);
  }

  #drop(): void {
    if (this.#stream && !this.#stream.closed) this.#stream.close(constants.NGHTTP2_CANCEL);
  }

  #onHead(headers: Parameters<typeof headText>[0]): void {
    if (this.#over) return;
    const now = this.#noteRead();
    this.#heard = true;
    try {
      const { status, text } = headText(headers);
      const bytes = Buffer.from(text, 'latin1');
      this.#tape.head(status, this.#owner.poll.arrival(this.#sentAt), now, bytes, 0, bytes.length);
    } catch (cause) {
      if (!(cause instanceof ProtocolError)) throw cause;
      this.#settle({ cause: endCauses.protocol, detail: cause.message });
    }
  }

  /** Pieces that come with one poll came with one read, which Node does not tell of. */
  #onData(bytes: Buffer): void {
    if (this.#over) return;
    const { poll } = this.#owner;
    const now = this.#noteRead();
    const flags = this.#poll === poll.number ? tapeFlags.sameRead : 0;
    const at = poll.arrival(this.#sentAt) as Nanoseconds;
    this.#poll = poll.number;
    this.#at = at;
    this.#tape.body(at, now, bytes, 0, bytes.length, flags);
    this.#owner.onRead();
  }

  #noteRead(): Nanoseconds {
    const now = this.#owner.clock.now();
    this.#owner.poll.add(now);
    return now;
  }
}

/** Undefined where Node only says that the connection is gone, and not why. */
export function fateOf({ code = '', message }: NodeJS.ErrnoException): Fate | undefined {
  if (code === 'ERR_HTTP2_ERROR') return { cause: endCauses.protocol, detail: message };
  return code.startsWith('ERR_HTTP2') ? undefined : { cause: endCauses.reset, detail: code || message };
}
