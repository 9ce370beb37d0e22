import type { Socket } from 'node:net';
import type { Clock } from '../../core/clock.ts';
import type { TapeWriter } from '../../core/tape.ts';
import { notYet } from '../../core/units.ts';
import { arrivalOrder } from './arrival-order.ts';
import type { Reading } from './open-socket.ts';
import { PollSpan } from './poll-span.ts';

/**
 * Reads sockets, and says what a read brought and when. Its fields describe the last read and hold
 * until the next one, on whatever socket: nothing is allocated per read.
 */
export interface ReadStamper {
  /** How Node shall read the sockets it opens; absent where it shall leave them alone. `onRead` hears of each read. */
  reading(onRead: () => void): Reading | undefined;
  /** Reads an open socket that Node leaves alone; the function it returns ends that, to be called before the socket is closed. */
  follow(socket: Socket, onRead: () => void): () => void;
  /** Somebody waits for what Node does; the function it returns says that it is done. Absent where Node's loop is never kept waiting. */
  sendOut?(): () => void;
  readonly bytes: Uint8Array;
  readonly length: number;
  /** When the bytes came, as far as is known: nanoseconds of the run. They cannot have come before `earliest`. */
  arrival(earliest: number): number;
  /** When user space had them. */
  readonly userAt: number;
  /** `tapeFlags` of all the bytes. */
  readonly flags: number;
  /** The peer has closed its side; there are no bytes. Where Node reads, it tells of that. */
  readonly ended: boolean;
  /** The system's code if the connection turned out to be broken; there are no bytes. */
  readonly failure: string | undefined;
}

/** After so many events libuv asks the system again, in the same turn of the loop. */
const mostOfPoll = 1024;

/** Stamps a read of Node's as it returns; when the bytes came follows from the polls of the loop. */
export class UserStamper implements ReadStamper {
  readonly flags = 0;
  readonly ended = false;
  readonly failure = undefined;
  /** One for all sockets of a thread: what is in it is used up before the next read. */
  readonly #buffer = Buffer.allocUnsafeSlow(64 * 1024);
  bytes: Uint8Array = this.#buffer;
  length = 0;
  userAt: number = notYet;
  readonly #clock: Clock;
  readonly #poll: PollSpan;

  constructor(clock: Clock, tape: TapeWriter) {
    this.#clock = clock;
    this.#poll = new PollSpan(clock, mostOfPoll, arrivalOrder(tape));
  }

  reading(onRead: () => void): Reading {
    return {
      buffer: this.#buffer,
      onRead: (length, bytes) => {
        this.userAt = this.#clock.now();
        this.#poll.add(this.userAt);
        this.bytes = bytes;
        this.length = length;
        onRead();
      },
    };
  }

  arrival(earliest: number): number {
    return this.#poll.arrival(earliest);
  }

  follow(): () => void {
    return () => {};
  }
}
