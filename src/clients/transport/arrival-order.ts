import type { TapeWriter } from '../../core/tape.ts';
import { microseconds, notYet } from '../../core/units.ts';

/** Of a shorter span the middle is good enough. */
const worthwhile = microseconds(50);

/**
 * Dates what a poll brought by the order of its reads: epoll tells of sockets in the order in which there was something
 * to read, so what was read first came at the beginning of the time in which all of it came, what was read last at its end.
 * That is known when the poll's reads are over, so what they write to the tape is held back until then.
 */
export class ArrivalOrder {
  readonly #tape: TapeWriter;
  #since: number = notYet;
  #until: number = notYet;
  /** By which the entries of the poll's reads are known until they are dated. */
  #middle: number = notYet;
  #lastReadAt: number = notYet;
  #dated: number = notYet;
  #isHeld = false;

  constructor(tape: TapeWriter) {
    this.#tape = tape;
  }

  /** A poll at `until` begins to be read; what it brings has come since `since` and is written with the time `middle`. */
  begin(since: number, until: number, middle: number): void {
    if (until - since < worthwhile) return;
    this.#since = since;
    this.#until = until;
    this.#middle = middle;
    this.#dated = since;
    this.#isHeld = true;
    this.#tape.hold();
  }

  /** The poll's reads are over. */
  end(lastReadAt: number): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#lastReadAt = lastReadAt;
    this.#tape.show(this.#date);
  }

  readonly #date = (at: number, userAt: number): number => {
    const [since, until, last] = [this.#since, this.#until, this.#lastReadAt];
    if (at !== this.#middle || last === until) return at;
    // What was not read itself, as the end of an answer, follows from the read before it.
    if (userAt >= until) this.#dated = Math.round(since + ((userAt - until) / (last - until)) * (until - since));
    return this.#dated;
  };
}

/** Undefined where nothing is known of the order in which a poll tells of sockets. */
export const arrivalOrder = (tape: TapeWriter): ArrivalOrder | undefined =>
  process.platform === 'linux' ? new ArrivalOrder(tape) : undefined;
