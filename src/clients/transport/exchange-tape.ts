import { type EndCause, type TapeWriter, tapeFlags, tapeKinds } from '../../core/tape.ts';
import type { Nanoseconds } from '../../core/units.ts';

const none = -1;

/**
 * What one request after another sends and gets back, as entries of the tape. Every transport writes its
 * entries through this, so that all tapes read the same.
 */
export class ExchangeTape {
  readonly #tape: TapeWriter;
  #request = none;
  #endFlags = 0;

  constructor(tape: TapeWriter) {
    this.#tape = tape;
  }

  get busy(): boolean {
    return this.#request !== none;
  }

  get request(): number {
    return this.#request;
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
    this.#tape.write(tapeKinds.sent, request, at, at, 0, this.#endFlags);
  }

  written(at: Nanoseconds): void {
    this.#tape.write(tapeKinds.written, this.#request, at, at);
  }

  head(status: number, at: number, userAt: number, bytes: Uint8Array, start: number, end: number): void {
    this.#tape.writeBytes(tapeKinds.head, this.#request, at, userAt, bytes, start, end, status);
  }

  body(at: number, userAt: number, bytes: Uint8Array, start: number, end: number, flags: number): void {
    this.#tape.writeBytes(tapeKinds.body, this.#request, at, userAt, bytes, start, end, 0, flags);
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
}
