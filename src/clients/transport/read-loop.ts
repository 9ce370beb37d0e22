import { microseconds, milliseconds, nanosecondsPerSecond } from '../../core/units.ts';
import { type Address, type Libc, loadLibc } from '../../system/libc.ts';

/** Does what has come due; returns how long until the next is due, nanoseconds, infinite if nothing will be. */
export type Pace = () => number;

/** EPOLL_CTL_ADD, EPOLL_CTL_DEL, EPOLLIN, EPOLL_CLOEXEC, PR_SET_TIMERSLACK. */
const add = 1;
const remove = 2;
const readable = 1;
const closeOnExec = 0o2000000;
const setTimerSlack = 29;

/** `struct epoll_event` is packed on x64. */
const eventBytes = process.arch === 'x64' ? 12 : 16;
const descriptorAt = eventBytes - 8;
const timeBytes = 16;
const mostEvents = 512;

/** Node's own loop, which carries messages, timers and new connections, is kept waiting no longer … */
const longestTurn = milliseconds(1);
/** … and no longer than this while it works for us. A turn of it costs as much as reading several sockets. */
const shortestTurn = microseconds(50);
/** A sleep may end this much too late: what is due sooner is waited for by looking again and again. */
const oversleep = microseconds(40);

/**
 * Waits for sockets of this thread by an epoll of its own and has them read, in turns with Node's
 * loop: no read goes through Node's streams, and a thread that is waiting for bytes wakes as
 * exactly for a send that comes due. Descriptors stay Node's, which opens and closes them.
 */
export class ReadLoop {
  readonly #libc: Libc;
  readonly #wish: DataView;
  readonly #wishAddress: Address;
  readonly #time: DataView;
  readonly #timeAddress: Address;
  readonly #events: DataView;
  readonly #eventsAddress: Address;
  readonly #onReadable: ((() => void) | undefined)[] = [];
  #epoll: number | undefined;
  #watched = 0;
  #pace: Pace | undefined;
  #turning = false;
  /** How many things Node does for us that somebody waits for. */
  #errands = 0;
  #waited = 0;
  #spun = 0;

  constructor(libc: Libc) {
    this.#libc = libc;
    const wish = libc.allocate(eventBytes);
    const time = libc.allocate(timeBytes);
    const events = libc.allocate(mostEvents * eventBytes);
    this.#wish = new DataView(wish.memory);
    this.#wishAddress = wish.address;
    this.#time = new DataView(time.memory);
    this.#timeAddress = time.address;
    this.#events = new DataView(events.memory);
    this.#eventsAddress = events.address;
    libc.prctl(setTimerSlack, 1);
  }

  /** Time spent asleep, nanoseconds. */
  get waited(): number {
    return this.#waited;
  }

  /** Time spent looking for bytes again and again because a send was about to come due, nanoseconds. */
  get spun(): number {
    return this.#spun;
  }

  /** Has `onReadable` called whenever there are bytes or an end to be read. */
  watch(fd: number, onReadable: () => void): void {
    this.#epoll ??= this.#libc.epoll_create1(closeOnExec);
    this.#wish.setUint32(0, readable, true);
    this.#wish.setUint32(descriptorAt, fd, true);
    this.#libc.epoll_ctl(this.#epoll, add, fd, this.#wishAddress);
    this.#onReadable[fd] = onReadable;
    this.#watched++;
    this.#begin();
  }

  /** To be called before the descriptor is closed. */
  forget(fd: number): void {
    if (this.#onReadable[fd] === undefined || this.#epoll === undefined) return;
    this.#libc.epoll_ctl(this.#epoll, remove, fd, this.#wishAddress);
    this.#onReadable[fd] = undefined;
    this.#watched--;
  }

  /** Gives Node's loop its turns soon, since it opens a connection or writes for us, until the returned function is called. */
  sendOut(): () => void {
    this.#errands++;
    let isBack = false;
    return () => {
      if (!isBack) this.#errands--;
      isBack = true;
    };
  }

  /** Has `pace` called when it said, and between any two waits; `undefined` ends that. */
  keepPace(pace: Pace | undefined): void {
    this.#pace = pace;
    this.#begin();
  }

  #begin(): void {
    if (this.#turning) return;
    this.#turning = true;
    setImmediate(this.#turn);
  }

  readonly #turn = (): void => {
    if (this.#watched === 0 && !this.#pace) return this.#rest();
    this.#epoll ??= this.#libc.epoll_create1(closeOnExec);
    const start = performance.now() * 1e6;
    for (let left = this.#turnLength; left > 0; left = start + this.#turnLength - performance.now() * 1e6) {
      const due = this.#pace?.() ?? Number.POSITIVE_INFINITY;
      const count = this.#wait(this.#epoll, Math.max(0, Math.min(left, due - oversleep)));
      for (let i = 0; i < count; i++) this.#onReadable[this.#events.getUint32(i * eventBytes + descriptorAt, true)]?.();
    }
    setImmediate(this.#turn);
  };

  get #turnLength(): number {
    return this.#errands > 0 ? shortestTurn : longestTurn;
  }

  /** Nothing to watch: the thread may end, and leaves no descriptor behind. */
  #rest(): void {
    this.#turning = false;
    if (this.#epoll !== undefined) this.#libc.close(this.#epoll);
    this.#epoll = undefined;
  }

  /** Waits for up to so many nanoseconds; returns the number of sockets that can be read. */
  #wait(epoll: number, nanoseconds: number): number {
    const { epoll_pwait2: precise } = this.#libc;
    const before = performance.now();
    let count: number;
    if (precise) {
      this.#time.setUint32(8, Math.min(nanosecondsPerSecond - 1, nanoseconds), true);
      count = precise(epoll, this.#eventsAddress, mostEvents, this.#timeAddress);
    } else {
      count = this.#libc.epoll_wait(epoll, this.#eventsAddress, mostEvents, Math.floor(nanoseconds / 1e6));
    }
    const took = (performance.now() - before) * 1e6;
    if (nanoseconds > 0) this.#waited += took;
    else if (count === 0) this.#spun += took;
    return count;
  }
}

let loop: ReadLoop | null | undefined;

/** One a thread: its memory is never given back. Undefined where the system's calls are out of reach. */
export function readLoop(): ReadLoop | undefined {
  if (loop === undefined) {
    const libc = loadLibc();
    loop = libc ? new ReadLoop(libc) : null;
  }
  return loop ?? undefined;
}
