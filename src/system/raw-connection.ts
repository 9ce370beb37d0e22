import { setTimeout as sleep } from 'node:timers/promises';
import type { SocketCalls } from './socket-calls.ts';

const receiveBytes = 64 * 1024;
/** How often a full buffer of the kernel is tried again. */
const fullBufferMilliseconds = 2;

/** One accepted connection, byte for byte as the kernel has it. What fails because the peer has gone, fails silently. */
export class RawConnection {
  /** Which one on its server, from 0. */
  readonly ordinal: number;
  onBytes: (bytes: Buffer) => void = () => {};
  /** The peer has said that nothing more will come, or is gone. */
  onEnd: () => void = () => {};
  /** Left unread, the kernel's buffer fills and the peer is told of a window of zero. */
  reads: boolean;
  readonly #calls: SocketCalls;
  readonly #descriptor: number;
  #open = true;
  #peerEnded = false;

  constructor(calls: SocketCalls, descriptor: number, { ordinal, reads }: { ordinal: number; reads: boolean }) {
    this.#calls = calls;
    this.#descriptor = descriptor;
    this.ordinal = ordinal;
    this.reads = reads;
    calls.dontWait(descriptor);
  }

  get open(): boolean {
    return this.#open;
  }

  /** To be waited for; absent where nothing is read. */
  get waitsOn(): number | undefined {
    return this.#open && this.reads && !this.#peerEnded ? this.#descriptor : undefined;
  }

  /** Takes what has come. */
  receive(): void {
    const bytes = Buffer.allocUnsafe(receiveBytes);
    while (this.waitsOn !== undefined) {
      const length = this.#whilePeerIsThere(() => this.#calls.receive(this.#descriptor, bytes));
      if (length === undefined) return;
      if (length === 0) {
        this.#peerEnded = true;
        this.onEnd();
        return;
      }
      this.onBytes(Buffer.from(bytes.subarray(0, length)));
    }
  }

  /** In one system call as far as the kernel takes it, and so in one segment where it is small; the rest when there is room. */
  async send(data: string | Uint8Array): Promise<void> {
    let rest: Uint8Array = typeof data === 'string' ? Buffer.from(data) : data;
    while (this.#open && rest.length > 0) {
      const bytes = rest;
      const sent = this.#whilePeerIsThere(() => this.#calls.send(this.#descriptor, bytes)) ?? 0;
      rest = rest.subarray(sent);
      if (rest.length > 0) await sleep(fullBufferMilliseconds);
    }
  }

  /** Segments of `pieceBytes` each, `pauseMilliseconds` apart. */
  async drip(data: string | Uint8Array, pieceBytes = 1, pauseMilliseconds = 0): Promise<void> {
    const bytes = Buffer.from(data);
    for (let from = 0; this.#open && from < bytes.length; from += pieceBytes) {
      await this.send(bytes.subarray(from, from + pieceBytes));
      if (pauseMilliseconds > 0) await sleep(pauseMilliseconds);
    }
  }

  /** FIN after what was sent; still reads. */
  finish(): void {
    if (this.#open) this.#calls.finish(this.#descriptor);
  }

  /** FIN, or a reset where something was left unread. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#calls.close(this.#descriptor);
  }

  /** RST, in place of what the peer has not been given yet. */
  reset(): void {
    if (!this.#open) return;
    this.#calls.resetOnClose(this.#descriptor);
    this.close();
  }

  #whilePeerIsThere<Result>(call: () => Result): Result | undefined {
    try {
      return call();
    } catch {
      this.close();
      this.onEnd();
      return undefined;
    }
  }
}
