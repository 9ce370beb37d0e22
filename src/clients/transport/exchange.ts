import { ProtocolError } from '../../core/stream.ts';
import { type EndCause, endCauses, type TapeWriter, tapeFlags } from '../../core/tape.ts';
import { type Nanoseconds, notYet } from '../../core/units.ts';
import { ResponseParser, type ResponseSink } from '../http/response-parser.ts';
import { ExchangeTape } from './exchange-tape.ts';

/** How far a response is after a read; `reusable`: complete, and the connection may carry another request. */
export type Progress = 'open' | 'reusable' | 'complete' | 'broken';

/** Exchanges in HTTP/1.1, one after the other: what is read goes to the tape without its framing. */
export class Exchange extends ExchangeTape implements ResponseSink {
  readonly #parser: ResponseParser;
  #sentAt = Number.NEGATIVE_INFINITY;
  #at: number = notYet;
  #userAt: number = notYet;
  #bodyFlags = 0;
  #problem = '';

  constructor(tape: TapeWriter) {
    super(tape);
    this.#parser = new ResponseParser(this);
  }

  /** What was not HTTP, after progress `broken`. */
  get problem(): string {
    return this.#problem;
  }

  /** When the last request left; −∞ before the first. */
  get sentAt(): number {
    return this.#sentAt;
  }

  override sent(request: number, at: Nanoseconds, reused: boolean): void {
    this.#sentAt = at;
    this.#parser.reset();
    super.sent(request, at, reused);
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

  onHead(status: number, bytes: Uint8Array, start: number, end: number): void {
    this.head(status, this.#at, this.#userAt, bytes, start, end);
  }

  onBody(bytes: Uint8Array, start: number, end: number): void {
    this.body(this.#at, this.#userAt, bytes, start, end, this.#bodyFlags);
    this.#bodyFlags |= tapeFlags.sameRead;
  }
}

/** The cause an exchange ends with when its response has come to `progress`. */
export const causeOf = (progress: Progress): EndCause =>
  progress === 'broken' ? endCauses.protocol : endCauses.complete;
