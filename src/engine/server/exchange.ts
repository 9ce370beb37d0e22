import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Clock } from '../../core/clock.ts';
import type { Nanoseconds } from '../../core/units.ts';
import { ChunkWriter } from './chunk-writer.ts';
import type { TokenMark, WireSink } from './stream-part.ts';
import type { RequestTruth, TruthEnd } from './truth-trace.ts';

const streamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache',
} as const;

/** How a stream's head leaves; a fault may replace it. It calls `then` when body bytes may follow. */
export type SendHead = (exchange: Exchange, then: () => void) => void;

/**
 * One request and its answer. Body bytes of a stream go straight to the socket, framed here, since
 * `http` would hold a chunk back until the end of the turn and the stamp would come too early.
 */
export class Exchange implements WireSink {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly truth: RequestTruth;
  /** Headers of the answer in addition to its own. */
  readonly headers: Record<string, string> = {};
  readonly #clock: Clock;
  readonly #writer: ChunkWriter;
  readonly #onClosed: (() => void)[] = [];
  #held: (() => void)[] | undefined;
  /** The head did not go through `http`, which then cannot end the response either. */
  #rawHead = false;
  #closed = false;

  constructor(request: IncomingMessage, response: ServerResponse, truth: RequestTruth, clock: Clock) {
    this.request = request;
    this.response = response;
    this.truth = truth;
    this.#clock = clock;
    this.#writer = new ChunkWriter(request.socket, clock);
    // An HTTP/1.0 client knows no chunks: there the end of the connection ends the body.
    this.#writer.framing.chunked = request.httpVersionMajor > 1 || request.httpVersionMinor > 0;
    response.once('close', () => {
      this.#closed = true;
      for (const tell of this.#onClosed.splice(0)) tell();
    });
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Since the engine started. */
  now(): Nanoseconds {
    return this.#clock.now();
  }

  get socket(): Socket {
    return this.request.socket;
  }

  /** Called once, when the response is over or the connection gone. */
  onClosed(tell: () => void): void {
    if (this.#closed) tell();
    else this.#onClosed.push(tell);
  }

  json(status: number, body: object, headers: OutgoingHttpHeaders = {}): void {
    this.send(status, JSON.stringify(body), { 'content-type': 'application/json', ...headers });
  }

  /** A finished answer in one body. */
  wholeAnswer(body: object, mark: TokenMark): void {
    const text = JSON.stringify(body);
    if (!this.#closed) this.truth.wrote(this.#clock.now(), [mark]);
    this.truth.end ??= 'finished';
    this.send(200, text, { 'content-type': 'application/json' });
  }

  send(status: number, body: string | Uint8Array, headers: OutgoingHttpHeaders): void {
    if (this.#closed) return;
    this.truth.status = status;
    const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
    this.response.writeHead(status, {
      'x-request-id': this.truth.id,
      ...headers,
      ...this.headers,
      'content-length': length,
    });
    this.response.end(body);
  }

  /** Body bytes wait until the head has been sent. */
  hold(): void {
    this.#held ??= [];
  }

  /** Sends the head of an event stream. */
  startStream(sendHead: SendHead = plainHead): void {
    this.truth.status = 200;
    this.hold();
    sendHead(this, () => {
      const held = this.#held ?? [];
      this.#held = undefined;
      for (const action of held) action();
    });
  }

  /** The body will have no framing and last until the connection ends; to be said before the head is sent. */
  endWithConnection(): void {
    this.unframed();
    this.response.useChunkedEncodingByDefault = false;
    this.response.shouldKeepAlive = false;
  }

  /** The body's bytes are sent as they are. */
  unframed(): void {
    this.#writer.framing.chunked = false;
  }

  /** Behind the size of each chunk; begins with its semicolon. */
  extendChunks(extension: string): void {
    this.#writer.framing.extension = extension;
  }

  head(): OutgoingHttpHeaders {
    return { ...streamHeaders, 'x-request-id': this.truth.id, ...this.headers };
  }

  /** Bytes that are no part of a framed body; the connection will not be used again. */
  writeRaw(bytes: string): void {
    this.#rawHead = true;
    if (!this.#closed) this.socket.write(bytes, 'latin1');
  }

  write(payload: string | Uint8Array, marks: readonly TokenMark[]): void {
    if (this.#held) this.#held.push(() => this.write(payload, marks));
    else if (!this.#closed && payload.length > 0) {
      this.truth.wrote(this.#writer.write(payload), marks);
      if (this.#writer.waited) this.truth.queuedWrites++;
    }
  }

  end(): void {
    if (this.#held) {
      this.#held.push(() => this.end());
      return;
    }
    if (this.#closed) return;
    this.truth.end ??= 'finished';
    if (!this.#rawHead) {
      this.response.end();
      return;
    }
    if (this.#writer.framing.chunked) this.socket.write('0\r\n\r\n');
    this.socket.destroySoon();
  }

  /** What is written in `writes` leaves in one system call. */
  together(writes: () => void): void {
    this.socket.cork();
    writes();
    this.socket.uncork();
  }

  /** Closes the connection in good order, whatever the response still lacks. */
  fin(end: TruthEnd = 'fault'): void {
    this.truth.end ??= end;
    this.socket.destroySoon();
  }

  /** Closes the connection with a reset. */
  reset(): void {
    this.truth.end ??= 'fault';
    // `resetAndDestroy` would send a FIN first, and most clients would see only that.
    const carrier = carrierOf(this.socket);
    Reflect.set(carrier, 'resetAndClosing', true);
    carrier.destroy();
  }
}

/** The TCP socket itself; TLS knows no resets. */
const carrierOf = (socket: Socket): Socket => {
  const parent: unknown = Reflect.get(socket, '_parent');
  return parent instanceof Socket ? parent : socket;
};

/** The head as `http` writes it, at once. */
export function plainHead(exchange: Exchange, then: () => void): void {
  exchange.response.writeHead(200, exchange.head());
  exchange.response.flushHeaders();
  then();
}
