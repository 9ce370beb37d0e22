import type { Clock } from '../core/clock.ts';
import { microseconds, milliseconds, type Nanoseconds } from '../core/units.ts';

export interface OpenLoopOptions {
  readonly clock: Clock;
  /** Sends one request now. `due` is when the plan wanted it sent. */
  readonly fire: (request: number, due: number) => void;
  /**
   * Offered a request some milliseconds before it is due, so that little is left to be done then; false if that is
   * not possible now. With timing `asked` only.
   */
  readonly prepare?: (request: number, due: number) => boolean;
  /** Called once nothing is left to send and `close` was called, or after `stop`. */
  readonly onDone: () => void;
  /**
   * Who keeps time. `own`, by default: timers, and turns of the loop before a send. `nudged`: someone
   * calls `nudge` shortly before each send; timers only help where that fails. `asked`: someone
   * calls `pace` whenever it says, and no timers are needed.
   */
  readonly timing?: 'own' | 'nudged' | 'asked';
}

/** A turn of the loop that finds nothing to do takes about this long; a longer one had other work. */
const idleTurn = microseconds(5);

/** A nudge comes sooner than this before its send; the rest is waited for on the spot. */
const longestWait = microseconds(100);

/** Timers wake up to 2 ms away from what they promise; the rest is bridged by turns of the loop. */
const timerUncertainty = milliseconds(2);

/** Requests are offered so long before they are due … */
const prepareBefore = milliseconds(10);
/** … so many between two looks at the sockets, and again so soon if there are more … */
const prepareAtOnce = 16;
const prepareAgainAfter = microseconds(50);
/** … but none so shortly before a send. */
const noTimeToPrepare = microseconds(100);

/**
 * Fires requests at absolute times, whatever the server does. Errors never add up: every wait is
 * computed from the schedule, none from the send before. Whatever is due in a turn leaves in it.
 */
export class OpenLoop {
  readonly #options: OpenLoopOptions;
  readonly #requests: number[] = [];
  readonly #due: number[] = [];
  #next = 0;
  /** Up to here all were prepared. */
  #prepared = 0;
  #running = false;
  #closed = false;
  #finished = false;
  #timer: NodeJS.Timeout | undefined;
  #turn: NodeJS.Immediate | undefined;
  #turnAt = 0;
  #spun = 0;

  constructor(options: OpenLoopOptions) {
    this.#options = options;
  }

  /** Appends arrivals, ascending in `due`. */
  add(requests: ArrayLike<number>, due: ArrayLike<number>): void {
    for (let i = 0; i < requests.length; i++) {
      this.#requests.push(requests[i] ?? 0);
      this.#due.push(due[i] ?? 0);
    }
    if (this.#running) this.#arm();
  }

  /** Sends what has come due, between two other pieces of work of a long turn. Costs a reading of the clock. */
  poll(): void {
    const due = this.#dueOf(this.#next);
    if (this.#running && due !== undefined && due <= this.#options.clock.now()) this.#step();
  }

  /** Sends what has come due; returns how long until the next is due, nanoseconds, infinite if none is known. */
  readonly pace = (): number => {
    if (!this.#running) return Number.POSITIVE_INFINITY;
    for (;;) {
      const due = this.#dueOf(this.#next);
      if (due === undefined) return Number.POSITIVE_INFINITY;
      const left = due - this.#options.clock.now();
      if (left > noTimeToPrepare && this.#prepare(due - left))
        return Math.min(left - noTimeToPrepare / 2, prepareAgainAfter);
      if (left > 0) return left;
      this.#step();
    }
  };

  /** True if there is more to prepare. */
  #prepare(now: number): boolean {
    const { prepare } = this.#options;
    if (!prepare) return false;
    this.#prepared = Math.max(this.#prepared, this.#next);
    for (const end = this.#prepared + prepareAtOnce; this.#prepared < end; this.#prepared++) {
      const due = this.#dueOf(this.#prepared);
      if (due === undefined || due > now + prepareBefore) return false;
      if (!prepare(this.#requests[this.#prepared] ?? 0, due)) return false;
    }
    return true;
  }

  /** A send is due in a moment: waits for it and sends. */
  nudge(): void {
    const { clock } = this.#options;
    const due = this.#dueOf(this.#next);
    const now = clock.now();
    if (!this.#running || due === undefined || due - now > longestWait) return;
    while (clock.now() < due);
    this.#spun += Math.max(0, due - now);
    this.#step();
  }

  /** No arrivals will be added any more. */
  close(): void {
    this.#closed = true;
    if (this.#running) this.#arm();
  }

  start(): void {
    this.#running = true;
    this.#arm();
  }

  /** Requests that have not been sent. */
  pending(): number[] {
    return this.#requests.slice(this.#next);
  }

  /** Undefined past the last one known; a look past the end of an array makes V8 throw compiled code away. */
  #dueOf(index: number): number | undefined {
    return index < this.#due.length ? this.#due[index] : undefined;
  }

  /** Sends nothing more. */
  stop(): void {
    this.#next = this.#requests.length;
    this.#disarm();
    this.#finish();
  }

  #arm(): void {
    this.#disarm();
    const due = this.#dueOf(this.#next);
    if (due === undefined) {
      if (this.#closed) this.#finish();
      return;
    }
    const { clock, timing } = this.#options;
    if (timing === 'asked') return;
    if (timing === 'nudged') {
      this.#timer = setTimeout(this.#step, Math.max(0, Math.ceil((due - clock.now() + timerUncertainty) / 1e6)));
      return;
    }
    const wait = due - clock.now() - timerUncertainty;
    if (wait <= 0) {
      this.#turnAt = clock.now();
      this.#turn = setImmediate(this.#spin);
    } else this.#timer = setTimeout(this.#step, Math.floor(wait / 1e6));
  }

  /** Time spent turning the loop while waiting for a send: no work, although the loop does not sleep. */
  get spun(): Nanoseconds {
    return this.#spun as Nanoseconds;
  }

  readonly #spin = (): void => {
    this.#spun += Math.min(idleTurn, this.#options.clock.now() - this.#turnAt);
    this.#step();
  };

  readonly #step = (): void => {
    const { clock, fire } = this.#options;
    for (;;) {
      const due = this.#dueOf(this.#next);
      if (due === undefined || due > clock.now()) break;
      const request = this.#requests[this.#next];
      this.#next++;
      if (request !== undefined) fire(request, due);
    }
    this.#forgetSent();
    this.#arm();
  };

  /** Long runs must not keep what has left. */
  #forgetSent(): void {
    if (this.#next < 4096) return;
    this.#requests.splice(0, this.#next);
    this.#due.splice(0, this.#next);
    this.#prepared = Math.max(0, this.#prepared - this.#next);
    this.#next = 0;
  }

  #disarm(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#turn);
  }

  #finish(): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#options.onDone();
  }
}
