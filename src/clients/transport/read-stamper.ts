import type { Socket } from 'node:net';
import type { Clock } from '../../core/clock.ts';

/**
 * Says what a read brought and when. Its fields describe the last read and hold until the next
 * one, on whatever socket: nothing is allocated per read.
 */
export interface ReadStamper {
  /** Node reads into this. */
  readonly buffer: Uint8Array;
  /** To be called once for each socket, before anything is sent on it. */
  prepare(socket: Socket): void;
  /** Node has read `length` bytes into `bytes`. To be called first in the callback. */
  take(socket: Socket, bytes: Uint8Array, length: number): void;
  readonly bytes: Uint8Array;
  readonly length: number;
  /** The best known time of arrival, and when user space had the bytes: nanoseconds of the run. */
  readonly at: number;
  readonly userAt: number;
  /** `tapeFlags` of all the bytes. */
  readonly flags: number;
  /** The system's code if the connection turned out to be broken. */
  readonly failure: string | undefined;
}

/** Stamps a read as it returns. */
export class UserStamper implements ReadStamper {
  /** One for all sockets of a thread: what is in it is used up before the next read. */
  readonly buffer = Buffer.allocUnsafeSlow(64 * 1024);
  readonly flags = 0;
  readonly failure = undefined;
  bytes: Uint8Array = this.buffer;
  length = 0;
  at = 0;
  userAt = 0;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  prepare(): void {}

  take(_: Socket, bytes: Uint8Array, length: number): void {
    this.at = this.userAt = this.#clock.now();
    this.bytes = bytes;
    this.length = length;
  }
}
