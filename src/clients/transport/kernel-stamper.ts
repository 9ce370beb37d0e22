import type { Socket } from 'node:net';
import type { Clock } from '../../core/clock.ts';
import { tapeFlags } from '../../core/tape.ts';
import { microseconds, milliseconds, nanosecondsPerSecond, notYet } from '../../core/units.ts';
import { descriptorOf } from '../../system/descriptor.ts';
import type { ReadLoop } from './read-loop.ts';
import type { ReadStamper } from './read-stamper.ts';
import type { StampedReader } from './stamped-reader.ts';

/** The machine's clock is slewed, so its distance to the run's is measured again and again. */
const measureEvery = nanosecondsPerSecond;
const measurements = 16;
/** A read this much later than the stamp of its last byte may hold what came well before that… */
const lateAfter = microseconds(500);
/** … and so may those soon after it, since this thread cannot keep up at the time. */
const lateFor = milliseconds(50);
const eventStart = Buffer.from('data:');

/**
 * Reads with the kernel's time of reception. Opening, writing and closing stay Node's, so that they
 * are as safe as with any other socket; it only never reads.
 *
 * The stamp is that of the last segment in the read, were it only the one that closes. Where a late
 * read holds several events, the earlier ones came at that time or before: they are flagged as bounded.
 */
export class KernelStamper implements ReadStamper {
  readonly bytes: Uint8Array;
  length = 0;
  userAt: number = notYet;
  flags = 0;
  ended = false;
  failure: string | undefined;
  readonly #clock: Clock;
  readonly #reader: StampedReader;
  readonly #loop: ReadLoop;
  /** Stamp − time of the run. */
  #distance: number = notYet;
  #measuredAt = Number.POSITIVE_INFINITY;
  #at: number = notYet;
  /** When a read was late the last time. */
  #lateAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, reader: StampedReader, loop: ReadLoop) {
    this.#clock = clock;
    this.#reader = reader;
    this.#loop = loop;
    this.bytes = reader.bytes;
  }

  arrival(earliest: number): number {
    return Math.max(this.#at, earliest);
  }

  reading(): undefined {
    return undefined;
  }

  follow(socket: Socket, onRead: () => void): () => void {
    // Paused before it has read: Node asks the kernel for nothing then.
    socket.pause();
    const fd = descriptorOf(socket);
    if (fd === undefined) throw new Error('an open socket without a descriptor');
    this.#reader.enable(fd);
    this.#loop.watch(fd, () => {
      if (!this.#read(fd)) return 'nothing';
      const found = this.length === this.bytes.length ? 'full' : this.length > 0 ? 'some' : 'nothing';
      onRead();
      return found;
    });
    return () => this.#loop.forget(fd);
  }

  sendOut(): () => void {
    return this.#loop.sendOut();
  }

  /** False if there was nothing to read after all. */
  #read(fd: number): boolean {
    const length = this.#reader.read(fd);
    this.userAt = this.#clock.now();
    this.#at = this.userAt;
    this.flags = 0;
    this.length = Math.max(0, length);
    this.ended = length === 0;
    this.failure = length < 0 ? this.#reader.failure() : undefined;
    if (length > 0) this.#stamp();
    return length >= 0 || this.failure !== undefined;
  }

  #stamp(): void {
    const { stamp } = this.#reader;
    if (Number.isNaN(stamp)) {
      this.flags = tapeFlags.bounded;
      return;
    }
    this.#keepDistance();
    // Only a step of the machine's clock makes a stamp lie in the future.
    this.#at = Math.min(this.userAt, Math.round(stamp - this.#distance));
    if (this.userAt - this.#at > lateAfter) this.#lateAt = this.userAt;
    if (this.userAt - this.#lateAt < lateFor && this.#holdsSeveralEvents()) this.flags = tapeFlags.bounded;
  }

  /** A run's clock is set once after it was made: then it goes backwards. */
  #keepDistance(): void {
    const since = this.userAt - this.#measuredAt;
    if (since >= 0 && since < measureEvery) return;
    if (since < 0) this.#lateAt = Number.NEGATIVE_INFINITY;
    this.#measureDistance();
    this.#measuredAt = this.userAt;
  }

  /** Apart from what each read does: V8 compiles for the times it has seen, and here it has seen too few of them. */
  #measureDistance(): void {
    let tightest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < measurements; i++) {
      const before = this.#clock.now();
      const stamp = this.#reader.now();
      const width = this.#clock.now() - before;
      if (width >= tightest) continue;
      tightest = width;
      this.#distance = stamp - before - width / 2;
    }
  }

  #holdsSeveralEvents(): boolean {
    let found = 0;
    for (let at = 0; at < this.length && found < 2; at++) if (this.#startsEvent(at)) found++;
    return found === 2;
  }

  #startsEvent(at: number): boolean {
    for (let i = 0; i < eventStart.length; i++) if (this.bytes[at + i] !== eventStart[i]) return false;
    return true;
  }
}
