import { performance } from 'node:perf_hooks';
import type { Clock } from '../../core/clock.ts';
import { notYet } from '../../core/units.ts';
import type { ArrivalOrder } from './arrival-order.ts';

/** How long the loop of this thread has waited, all in all: it changes with each poll that finds nothing at once. */
const timeWaited = (): number => performance.nodeTiming.idleTime;

/**
 * Between which two times what Node reads has come. Node's loop asks the system what can be read (a poll), reads all of
 * that, and asks again. If it had to wait, what it was told of has just come; if not, it came at any time since the poll
 * before, and the middle is the best guess: off by half of that time at most, and by nothing in the mean. What a poll had no
 * room for counts as come after it: later reads of a socket never came before earlier ones.
 */
export class PollSpan {
  readonly #clock: Clock;
  readonly #mostReads: number;
  readonly #order: ArrivalOrder | undefined;
  /** The poll before, and the one that brought what is read now, each by the time of its first read. */
  #since: number = notYet;
  #until: number = notYet;
  #lastReadAt: number = notYet;
  #waited: number = notYet;
  #reads = 0;
  #number = 0;
  /** The poll's reads are going on. */
  #isOpen = false;
  #isAsked = false;

  /** So many reads a poll brings at most; after them another one follows in the same turn of the loop. */
  constructor(clock: Clock, mostReads: number, order?: ArrivalOrder) {
    this.#clock = clock;
    this.#mostReads = mostReads;
    this.#order = order;
  }

  /** The same for all reads of a poll. */
  get number(): number {
    return this.#number;
  }

  /** To be called at each read, with its time. */
  add(now: number): void {
    if (this.#isOpen && this.#reads < this.#mostReads) this.#reads++;
    else this.#begin(now);
    this.#lastReadAt = now;
  }

  /** When what was read last has come, as far as is known now; it cannot have come before `earliest`. */
  arrival(earliest: number): number {
    const since = Math.max(this.#since, earliest);
    return since < this.#until ? Math.round((since + this.#until) / 2) : Math.max(this.#until, earliest);
  }

  #begin(now: number): void {
    if (this.#isOpen) this.#end();
    const waited = timeWaited();
    // 0: this loop does not tell.
    if (waited !== this.#waited || waited === 0) this.#since = now;
    else this.#since = this.#until;
    this.#waited = waited;
    this.#until = now;
    this.#reads = 1;
    this.#number++;
    this.#isOpen = true;
    this.#order?.begin(this.#since, now, this.arrival(this.#since));
    this.#askForTurnEnd();
  }

  #end(): void {
    this.#isOpen = false;
    this.#order?.end(this.#lastReadAt);
  }

  #askForTurnEnd(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    // With a reference the loop would not wait any more.
    setImmediate(this.#onTurnEnd).unref();
  }

  readonly #onTurnEnd = (): void => {
    this.#isAsked = false;
    if (this.#isOpen) this.#end();
    else if (timeWaited() === this.#waited) {
      // A poll that brought nothing to read: what is read next came after it.
      this.#until = this.#clock.now();
    } else return;
    this.#askForTurnEnd();
  };
}
