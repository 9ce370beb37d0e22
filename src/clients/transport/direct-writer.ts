import type { Socket } from 'node:net';
import { descriptorOf } from '../../system/descriptor.ts';
import { type SendBuffer, sendBuffer } from '../../system/direct-send.ts';
import type { HeadWriter } from './request-head.ts';

const bufferBytes = 128 * 1024;

/**
 * Hands a request to the kernel in one system call of our own: a third of what a write through
 * Node's streams costs, and its end is known at once. What the kernel does not take is the caller's.
 */
export class DirectWriter {
  readonly #buffer: SendBuffer;

  constructor(buffer: SendBuffer) {
    this.#buffer = buffer;
  }

  /** Where it is to be sent; undefined if Node has to send it. */
  target(socket: Socket, length: number): number | undefined {
    return length <= bufferBytes && socket.writableLength === 0 ? descriptorOf(socket) : undefined;
  }

  /** Lays the next request out; returns its length. */
  prepare(head: HeadWriter, request: number, body: Uint8Array): number {
    const { bytes } = this.#buffer;
    const length = head.write(bytes, 0, request, body.length);
    bytes.set(body, length);
    return length + body.length;
  }

  /** Sends what was prepared; returns how many bytes the kernel took, 0 where it would not. */
  send(fd: number, length: number): number {
    return this.#buffer.send(fd, 0, length);
  }

  /** A copy of what was prepared, from `start` on. */
  rest(start: number, length: number): Buffer {
    return Buffer.from(this.#buffer.bytes.subarray(start, length));
  }
}

/** One a thread: its memory is never given back. */
let shared: DirectWriter | null | undefined;

/** Absent where there is no shorter way to the kernel than Node's. */
export function directWriter(): DirectWriter | undefined {
  if (shared === undefined) {
    const buffer = sendBuffer(bufferBytes);
    shared = buffer ? new DirectWriter(buffer) : null;
  }
  return shared ?? undefined;
}
