import type { Clock } from '../core/clock.ts';
import { microseconds, milliseconds, type Nanoseconds } from '../core/units.ts';

export interface OpenLoopOptions {
  readonly clock: Clock;
  /** Sends one request now. `due` is when the plan wanted it sent. */
  readonly fire: (request: number, due: number) => void;
  /** Called once nothing is left to send and `close` was called, or after `stop`. */
  readonly onDone: () => void;
  /** Sleeps the thread for so many nanoseconds, to the microsecond, where it can; reads wait meanwhile. */
  readonly nap?: (length: number) => void;
}

/** A turn of the loop that finds nothing to do takes about this long; a longer one had other work. */
const idleTurn = microseconds(5);

/** Reads wait no longer than this for a nap to end; a nap ends this long before a send, and may end so much late. */
const longestNap = microseconds(100);
const napUncertainty = microseconds(30);

/** Timers wake up to 2 ms away from what they promise; the rest is bridged by turns of the loop. */
const timerUncertainty = milliseconds(2);

/**
 * Fires requests at absolute times, whatever the server does. Errors never add up: every wait is
 * computed from the schedule, none from the send before. Whatever is due in a turn leaves in it.
 */
export class OpenLoop {
  readonly #options: OpenLoopOptions;
  readonly #requests: number[] = [];
  readonly #due: number[] = [];
  #next = 0;
  #running = false;
  #closed = false;
  #finished = false;
  #timer: NodeJS.Timeout | undefined;
  #turn: NodeJS.Immediate | undefined;
  #turnAt = 0;
  #spun = 0;
  #napped = 0;

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
    if (this.#running && (this.#due[this.#next] ?? Number.POSITIVE_INFINITY) <= this.#options.clock.now()) this.#step();
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

  /** Sends nothing more. */
  stop(): void {
    this.#next = this.#requests.length;
    this.#disarm();
    this.#finish();
  }

  #arm(): void {
    this.#disarm();
    const due = this.#due[this.#next];
    if (due === undefined) {
      if (this.#closed) this.#finish();
      return;
    }
    const wait = due - this.#options.clock.now() - timerUncertainty;
    if (wait <= 0) {
      this.#turnAt = this.#options.clock.now();
      this.#turn = setImmediate(this.#spin);
    } else this.#timer = setTimeout(this.#step, Math.floor(wait / 1e6));
  }

  /** Time spent turning the loop while waiting for a send: no work, although the loop does not sleep. */
  get spun(): Nanoseconds {
    return this.#spun as Nanoseconds;
  }

  /** Time this thread slept while waiting for a send, its loop seemingly at work. */
  get napped(): Nanoseconds {
    return this.#napped as Nanoseconds;
  }

  readonly #spin = (): void => {
    const { clock, nap } = this.#options;
    const now = clock.now();
    this.#spun += Math.min(idleTurn, now - this.#turnAt);
    const left = (this.#due[this.#next] ?? 0) - now - napUncertainty;
    if (nap && left > 0) {
      nap(Math.min(left, longestNap));
      this.#napped += clock.now() - now;
    }
    this.#step();
  };

  readonly #step = (): void => {
    const { clock, fire } = this.#options;
    for (;;) {
      const due = this.#due[this.#next];
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
