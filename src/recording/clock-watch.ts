import { type Nanoseconds, nanoseconds } from '../core/units.ts';

export interface ClockSteps {
  readonly count: number;
  readonly largest: Nanoseconds;
}

/** The wall clock resolves milliseconds and is slewed by up to 0.5 ms a second; more is a step. */
const stepFrom = nanoseconds(3e6);

/** Notices when somebody sets the wall clock, by comparing it with the monotonic one. */
export class ClockWatch {
  readonly #wall: () => number;
  readonly #monotonic: () => number;
  #offset: number;
  #count = 0;
  #largest = 0;

  /** Both clocks in milliseconds. */
  constructor(wall: () => number = Date.now, monotonic: () => number = performance.now.bind(performance)) {
    this.#wall = wall;
    this.#monotonic = monotonic;
    this.#offset = wall() - monotonic();
  }

  /** To be called about once a second. */
  sample(): void {
    const offset = this.#wall() - this.#monotonic();
    const step = Math.abs(offset - this.#offset) * 1e6;
    this.#offset = offset;
    if (step < stepFrom) return;
    this.#count++;
    this.#largest = Math.max(this.#largest, step);
  }

  steps(): ClockSteps {
    return { count: this.#count, largest: nanoseconds(this.#largest) };
  }
}
