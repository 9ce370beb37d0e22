import type { Clock } from '../core/clock.ts';
import { milliseconds, type Nanoseconds } from '../core/units.ts';

/** Timers know no shorter time. */
const timerUnit = milliseconds(1);

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
  /** Who keeps time. `own`, by default: timers. `asked`: someone calls `pace` whenever it says. */
  readonly timing?: 'own' | 'asked';
}

interface Pause {
  readonly user: number;
  readonly due: Nanoseconds;
}

/** N users, each with one request in flight at most: the next leaves when the answer has ended and been thought about. */
export class ClosedLoop {
  readonly #options: ClosedLoopOptions;
  readonly #userOf = new Map<number, number>();
  /** Who has not started yet, and who thinks: each ascending in `due`, since all think for equally long. */
  readonly #starting: Pause[];
  readonly #thinking: Pause[] = [];
  #timer: NodeJS.Timeout | undefined;
  #turn: NodeJS.Immediate | undefined;
  #active: number;
  #running = false;

  constructor(options: ClosedLoopOptions) {
    this.#options = options;
    this.#active = options.users.length;
    this.#starting = options.users.map(({ user, startAt }) => ({ user, due: startAt })).sort((a, b) => a.due - b.due);
  }

  start(): void {
    this.#running = true;
    if (this.#active === 0) this.#options.onDone();
    this.#wake();
  }

  /** An answer ended; its user goes on. */
  ended(request: number): void {
    const user = this.#userOf.get(request);
    if (user === undefined) return;
    this.#userOf.delete(request);
    const { clock, think } = this.#options;
    const due = (clock.now() + think) as Nanoseconds;
    if (think <= 0) return this.#go({ user, due });
    this.#thinking.push({ user, due });
    if (this.#thinking.length === 1) this.#wake();
  }

  stop(): void {
    this.#running = false;
    this.#disarm();
    if (this.#active > 0) {
      this.#active = 0;
      this.#options.onDone();
    }
  }

  /** Lets go who is due; returns how long until the next is, nanoseconds, infinite if nobody waits for a time. */
  readonly pace = (): number => {
    for (;;) {
      const queue = this.#next;
      const [first] = queue;
      if (!this.#running || !first) return Number.POSITIVE_INFINITY;
      const left = first.due - this.#options.clock.now();
      if (left > 0) return left;
      queue.shift();
      this.#go(first);
    }
  };

  /** The queue whose first comes first. */
  get #next(): Pause[] {
    const [start] = this.#starting;
    const [thought] = this.#thinking;
    return start && (!thought || start.due <= thought.due) ? this.#starting : this.#thinking;
  }

  readonly #wake = (): void => {
    this.#disarm();
    if (this.#options.timing === 'asked') return;
    const wait = this.pace();
    if (wait === Number.POSITIVE_INFINITY) return;
    // Timers may fire early; a user never does.
    if (wait < timerUnit) this.#turn = setImmediate(this.#wake);
    else this.#timer = setTimeout(this.#wake, Math.floor(wait / timerUnit));
  };

  #disarm(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#turn);
  }

  #go({ user, due }: Pause): void {
    if (!this.#running) return;
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
