import { type Clock, monotonicClock } from '../core/clock.ts';
import type { Nanoseconds } from '../core/units.ts';

/** A clock whose time 0 is set once, when the run starts; every thread of a run gets the same origin. */
export class RunClock implements Clock {
  #clock: Clock = monotonicClock(process.hrtime.bigint());

  start(origin: bigint): void {
    this.#clock = monotonicClock(origin);
  }

  now(): Nanoseconds {
    return this.#clock.now();
  }
}
