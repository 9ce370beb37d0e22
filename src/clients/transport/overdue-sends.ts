import type { Clock } from '../../core/clock.ts';
import { microseconds } from '../../core/units.ts';
import type { SendCall } from '../../system/direct-send.ts';
import {
  type ArmedMemory,
  addressAt,
  armedStates,
  descriptorAt,
  dueAt,
  lengthAt,
  sentAt,
  slotOf,
  stateAt,
  stateOf,
  takenAt,
  writtenAt,
} from './armed-memory.ts';

/** A thread that reads and is awake sends by itself, at less cost; it is given this long. */
const grace = microseconds(50);

/** The side of the thread that does nothing but send: what one reading thread armed and did not send in time. */
export class OverdueSends {
  readonly #memory: ArmedMemory;
  readonly #send: SendCall;
  readonly #clock: Clock;
  #next = 0;

  constructor(memory: ArmedMemory, send: SendCall, clock: Clock) {
    this.#memory = memory;
    this.#send = send;
    this.#clock = clock;
  }

  /** Sends what is overdue; returns how long until something else may be, nanoseconds, infinite if nothing is armed. */
  step(): number {
    const { words, numbers, armed } = this.#memory;
    for (const count = Atomics.load(armed, 0); this.#next < count; this.#next++) {
      const slot = slotOf(this.#next);
      const ready = stateOf(this.#next, armedStates.armed);
      if (Atomics.load(words, stateAt(slot)) !== ready) continue;
      const left = (numbers[dueAt(slot)] ?? 0) + grace - this.#clock.now();
      if (left > 0) return left;
      const leaving = stateOf(this.#next, armedStates.leaving);
      if (Atomics.compareExchange(words, stateAt(slot), ready, leaving) === ready) this.#depart(slot);
    }
    return Number.POSITIVE_INFINITY;
  }

  #depart(slot: number): void {
    const { words, numbers } = this.#memory;
    const [descriptor, length] = [words[descriptorAt(slot)] ?? 0, words[lengthAt(slot)] ?? 0];
    const address = numbers[addressAt(slot)] ?? 0;
    numbers[sentAt(slot)] = this.#clock.now();
    words[takenAt(slot)] = this.#send(descriptor, address, length);
    numbers[writtenAt(slot)] = this.#clock.now();
    Atomics.store(words, stateAt(slot), stateOf(this.#next, armedStates.left));
  }
}
