import { ProtocolError } from '../../core/stream.ts';
import { type EndCause, endCauses, type TapeWriter, tapeFlags, tapeKinds } from '../../core/tape.ts';
import type { Nanoseconds } from '../../core/units.ts';
import { ResponseParser, type ResponseSink } from '../http/response-parser.ts';

/** How far a response is after a read; `reusable`: complete, and the connection may carry another request. */
export type Progress = 'open' | 'reusable' | 'complete' | 'broken';

const none = -1;

/**
 * The tape's side of a connection: what one request after another sent and got back on it.
 * Every transport writes its entries through this, so that all tapes read the same.
 */
export class Exchange implements ResponseSink {
  readonly #tape: TapeWriter;
  readonly #parser = new ResponseParser(this);
  #request = none;
  #endFlags = 0;
  #at = 0;
  #userAt = 0;
  #bodyFlags = 0;
  #problem = '';

  constructor(tape: TapeWriter) {
    this.#tape = tape;
  }

  get busy(): boolean {
    return this.#request !== none;
  }

  get request(): number {
    return this.#request;
  }

  /** What was not HTTP, after progress `broken`. */
  get problem(): string {
    return this.#problem;
  }

  /** A connection is being opened for `request`. */
  connecting(request: number, at: Nanoseconds): void {
    this.#request = request;
    this.#endFlags = 0;
    this.#tape.write(tapeKinds.connecting, request, at, at);
  }

  connected(at: Nanoseconds, tookNanoseconds: number): void {
    this.#tape.write(tapeKinds.connected, this.#request, at, at, Math.round(tookNanoseconds / 1000));
  }

  /** To be called directly before the bytes go to the kernel. */
  sent(request: number, at: Nanoseconds, reused: boolean): void {
    this.#request = request;
    this.#endFlags = reused ? tapeFlags.reusedConnection : 0;
    this.#parser.reset();
    this.#tape.write(tapeKinds.sent, request, at, at, 0, this.#endFlags);
  }

  written(at: Nanoseconds): void {
    this.#tape.write(tapeKinds.written, this.#request, at, at);
  }

  /** One read's bytes; `flags` hold for all of them. */
  read(bytes: Uint8Array, start: number, end: number, at: number, userAt: number, flags = 0): Progress {
    this.#at = at;
    this.#userAt = userAt;
    this.#bodyFlags = flags;
    try {
      const stopped = this.#parser.push(bytes, start, end);
      if (!this.#parser.done) return 'open';
      // Bytes after the response belong to nothing that was asked for.
      return this.#parser.keepAlive && stopped === end ? 'reusable' : 'complete';
    } catch (cause) {
      if (!(cause instanceof ProtocolError)) throw cause;
      this.#problem = cause.message;
      return 'broken';
    }
  }

  /** The peer closed its side; true if that completes the response. */
  closedByPeer(): boolean {
    return this.#parser.finish();
  }

  end(cause: EndCause, at: Nanoseconds, detail = ''): void {
    const request = this.#request;
    this.#request = none;
    if (detail === '') this.#tape.write(tapeKinds.end, request, at, at, cause, this.#endFlags);
    else {
      const bytes = Buffer.from(detail);
      this.#tape.writeBytes(tapeKinds.end, request, at, at, bytes, 0, bytes.length, cause, this.#endFlags);
    }
  }

  /** The request leaves this connection, and goes again on another. */
  leave(cause: EndCause, at: Nanoseconds): void {
    this.#tape.write(tapeKinds.again, this.#request, at, at, cause);
    this.#request = none;
  }

  onHead(status: number, bytes: Uint8Array, start: number, end: number): void {
    this.#tape.writeBytes(tapeKinds.head, this.#request, this.#at, this.#userAt, bytes, start, end, status);
  }

  onBody(bytes: Uint8Array, start: number, end: number): void {
    const { body } = tapeKinds;
    this.#tape.writeBytes(body, this.#request, this.#at, this.#userAt, bytes, start, end, 0, this.#bodyFlags);
    this.#bodyFlags |= tapeFlags.sameRead;
  }
}

/** The cause an exchange ends with when its response has come to `progress`. */
export const causeOf = (progress: Progress): EndCause =>
  progress === 'broken' ? endCauses.protocol : endCauses.complete;
