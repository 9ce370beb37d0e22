import type { Socket } from 'node:net';
import type { Clock } from '../../core/clock.ts';
import { tapeFlags } from '../../core/tape.ts';
import { microseconds, milliseconds, nanosecondsPerSecond } from '../../core/units.ts';
import { descriptorOf } from './descriptor.ts';
import type { ReadStamper } from './read-stamper.ts';
import type { StampedReader } from './stamped-reader.ts';

/** The machine's clock is slewed, so its distance to the run's is measured again and again. */
const measureEvery = nanosecondsPerSecond;
const measurements = 16;
/** A read this much later than the stamp of its last byte may hold what came well before that… */
const lateAfter = microseconds(500);
/** … and so may those soon after it, since this thread cannot keep up at the time. */
const lateFor = milliseconds(50);
const eventStart = 'data:';

/**
 * Stamps a read with the kernel's time of reception. Node reads one byte, which wakes us as any
 * read does; the rest is fetched here together with its stamp. The socket stays Node's, so that
 * opening, writing, errors and the end of the thread are as safe as with any other.
 *
 * The stamp is that of the last segment in the read, were it only the one that closes. Where a late
 * read holds several events, the earlier ones came at that time or before: they are flagged as bounded.
 */
export class KernelStamper implements ReadStamper {
  readonly buffer = new Uint8Array(1);
  readonly bytes: Uint8Array;
  length = 0;
  at = 0;
  userAt = 0;
  flags = 0;
  failure: string | undefined;
  readonly #clock: Clock;
  readonly #reader: StampedReader;
  readonly #text: Buffer;
  /** Stamp − time of the run. */
  #distance = 0;
  #measuredAt = Number.POSITIVE_INFINITY;
  /** When a read was late the last time. */
  #lateAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, reader: StampedReader) {
    this.#clock = clock;
    this.#reader = reader;
    this.bytes = reader.bytes;
    this.#text = Buffer.from(reader.bytes.buffer, reader.bytes.byteOffset, reader.bytes.byteLength);
  }

  prepare(socket: Socket): void {
    const fd = descriptorOf(socket);
    if (fd !== undefined) this.#reader.enable(fd);
  }

  take(socket: Socket, first: Uint8Array): void {
    this.userAt = this.#clock.now();
    this.at = this.userAt;
    this.flags = 0;
    this.failure = undefined;
    this.length = 1;
    this.bytes[0] = first[0] ?? 0;
    const fd = descriptorOf(socket);
    const read = fd === undefined ? 0 : this.#reader.read(fd, 1);
    if (read < 0) this.failure = this.#reader.failure();
    if (read > 0) this.length += read;
    this.#stamp();
  }

  #stamp(): void {
    const { stamp } = this.#reader;
    if (stamp === undefined || this.length === 1) {
      // A lone byte went to Node, and its stamp with it.
      this.flags = tapeFlags.bounded;
      return;
    }
    this.#keepDistance();
    const arrived = Math.round(stamp - this.#distance);
    // We may have lost the processor before the read, and it brought what came meanwhile.
    if (arrived > this.userAt) this.userAt = this.#clock.now();
    // Only a step of the machine's clock makes a stamp lie in the future.
    this.at = Math.min(this.userAt, arrived);
    if (this.userAt - this.at > lateAfter) this.#lateAt = this.userAt;
    if (this.userAt - this.#lateAt < lateFor && this.#holdsSeveralEvents()) this.flags = tapeFlags.bounded;
  }

  /** A run's clock is set once after it was made: then it goes backwards. */
  #keepDistance(): void {
    const since = this.userAt - this.#measuredAt;
    if (since >= 0 && since < measureEvery) return;
    if (since < 0) this.#lateAt = Number.NEGATIVE_INFINITY;
    let tightest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < measurements; i++) {
      const before = this.#clock.now();
      const stamp = this.#reader.now();
      const width = this.#clock.now() - before;
      if (width >= tightest) continue;
      tightest = width;
      this.#distance = stamp - before - width / 2;
    }
    this.#measuredAt = this.userAt;
  }

  #holdsSeveralEvents(): boolean {
    const text = this.#text.subarray(0, this.length);
    const first = text.indexOf(eventStart);
    return first >= 0 && text.indexOf(eventStart, first + eventStart.length) >= 0;
  }
}
