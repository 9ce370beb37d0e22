import type { Clock } from '../core/clock.ts';
import type { Nanoseconds } from '../core/units.ts';

export interface ClosedLoopOptions {
  readonly clock: Clock;
  /** Takes the next piece of work; undefined when none is left. */
  readonly take: () => number | undefined;
  readonly fire: (request: number, due: number, user: number) => void;
  readonly onDone: () => void;
  /** Users of this worker, by their number in the whole run, with the time each may start. */
  readonly users: readonly { readonly user: number; readonly startAt: Nanoseconds }[];
  /** Pause between an answer's end and the user's next request. */
  readonly think: Nanoseconds;
  /** No request starts at or after this time. */
  readonly until: Nanoseconds;
}

/** N users, each with one request in flight at most: the next leaves when the answer has ended and been thought about. */
export class ClosedLoop {
  readonly #options: ClosedLoopOptions;
  readonly #userOf = new Map<number, number>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #active: number;
  #stopped = false;

  constructor(options: ClosedLoopOptions) {
    this.#options = options;
    this.#active = options.users.length;
  }

  start(): void {
    if (this.#active === 0) this.#options.onDone();
    for (const { user, startAt } of this.#options.users) this.#later(user, startAt);
  }

  /** An answer ended; its user goes on. */
  ended(request: number): void {
    const user = this.#userOf.get(request);
    if (user === undefined) return;
    this.#userOf.delete(request);
    this.#later(user, (this.#options.clock.now() + this.#options.think) as Nanoseconds);
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    if (this.#active > 0) {
      this.#active = 0;
      this.#options.onDone();
    }
  }

  #later(user: number, due: Nanoseconds): void {
    const wait = due - this.#options.clock.now();
    if (wait <= 0) {
      this.#go(user, due);
      return;
    }
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        // Timers may fire early; a user never does.
        if (this.#options.clock.now() < due) setImmediate(() => this.#later(user, due));
        else this.#go(user, due);
      },
      Math.floor(wait / 1e6),
    );
    this.#timers.add(timer);
  }

  #go(user: number, due: Nanoseconds): void {
    if (this.#stopped) return;
    const request = due < this.#options.until ? this.#options.take() : undefined;
    if (request === undefined) {
      this.#active--;
      if (this.#active === 0) this.#options.onDone();
      return;
    }
    this.#userOf.set(request, user);
    this.#options.fire(request, due, user);
  }
}

/** Users start in steps, so that no herd of first requests is measured: `steps` equal groups over `over`. */
export function rampStarts(users: number, steps: number, over: Nanoseconds): Nanoseconds[] {
  const groups = Math.max(1, Math.min(steps, users));
  return Array.from({ length: users }, (_, user) => {
    const group = Math.floor((user * groups) / users);
    return Math.round((group * over) / groups) as Nanoseconds;
  });
}
