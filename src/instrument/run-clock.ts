import { type Clock, monotonicClock } from '../core/clock.ts';
import { type Nanoseconds, seconds } from '../core/units.ts';

/** Before the run it is so late that what V8 compiles meanwhile is compiled for the times of long runs too. */
const beforeStart = seconds(3600);

/** A clock whose time 0 is set once, when the run starts; every thread of a run gets the same origin. */
export class RunClock implements Clock {
  #clock: Clock = monotonicClock(process.hrtime.bigint() - BigInt(beforeStart));

  start(origin: bigint): void {
    this.#clock = monotonicClock(origin);
  }

  now(): Nanoseconds {
    return this.#clock.now();
  }
}
