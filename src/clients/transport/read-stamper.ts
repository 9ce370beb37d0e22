import type { Socket } from 'node:net';
import type { Clock } from '../../core/clock.ts';
import { notYet } from '../../core/units.ts';
import { LoopTurn } from './loop-turn.ts';
import type { Reading } from './open-socket.ts';

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
  /** The best known time of arrival, and when user space had the bytes: nanoseconds of the run. */
  readonly at: number;
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

/**
 * Stamps a read of Node's as it returns. The sockets read in one turn of the loop were all ready when its first was:
 * what they brought came at that time or before, so that is their time of arrival, and the time of their own read is kept beside it.
 */
export class UserStamper implements ReadStamper {
  readonly flags = 0;
  readonly ended = false;
  readonly failure = undefined;
  /** One for all sockets of a thread: what is in it is used up before the next read. */
  readonly #buffer = Buffer.allocUnsafeSlow(64 * 1024);
  bytes: Uint8Array = this.#buffer;
  length = 0;
  at: number = notYet;
  userAt: number = notYet;
  readonly #clock: Clock;
  readonly #turn = new LoopTurn();
  #lastTurn = -1;
  #readsOfPoll = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  reading(onRead: () => void): Reading {
    return {
      buffer: this.#buffer,
      onRead: (length, bytes) => {
        this.#stamp();
        this.bytes = bytes;
        this.length = length;
        onRead();
      },
    };
  }

  #stamp(): void {
    this.userAt = this.#clock.now();
    const turn = this.#turn.number;
    if (turn === this.#lastTurn && this.#readsOfPoll < mostOfPoll) {
      this.#readsOfPoll++;
      return;
    }
    this.#lastTurn = turn;
    this.#readsOfPoll = 1;
    this.at = this.userAt;
  }

  follow(): () => void {
    return () => {};
  }
}
