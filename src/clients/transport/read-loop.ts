import { microseconds, milliseconds, notYet } from '../../core/units.ts';
import { Alarm } from '../../system/alarm.ts';
import { type Address, type Libc, loadLibc } from '../../system/libc.ts';

/** What a call to read found: nothing, less than there was room for, or that much, so that there may be more. */
export type Reading = 'nothing' | 'some' | 'full';

/** Does what has come due; returns how long until the next is due, nanoseconds, infinite if nothing will be. */
export type Pace = () => number;

/** EPOLL_CTL_ADD, EPOLL_CTL_DEL, EPOLL_CLOEXEC, PR_SET_TIMERSLACK. */
const add = 1;
const remove = 2;
const closeOnExec = 0o2000000;
const setTimerSlack = 29;
/** EPOLLIN, EPOLLRDHUP, and what is told unasked: EPOLLERR, EPOLLHUP. */
const readable = 0x1;
const closedByPeer = 0x2000;
const over = closedByPeer | 0x8 | 0x10;
/** EPOLLET: told once of what has come; otherwise the kernel looks at each socket a second time after it was read. */
const onceAnEdge = 0x80000000;

/** `struct epoll_event` is packed on x64. */
const eventBytes = process.arch === 'x64' ? 12 : 16;
const descriptorAt = eventBytes - 8;
const mostEvents = 512;

/** Node's own loop, which carries messages, timers and new connections, is kept waiting no longer … */
const longestTurn = milliseconds(1);
/** … and no longer than this while it works for us. A turn of it costs as much as reading several sockets. */
const shortestTurn = microseconds(50);
/** A sleep may end this much too late: what is due sooner is waited for by looking again and again. */
const oversleep = microseconds(40);
/** Not worth another setting of the alarm. */
const near = microseconds(5);
const [noLimit, noWait] = [-1, 0];

/**
 * Waits for sockets of this thread by an epoll of its own and has them read, in turns with Node's
 * loop: no read goes through Node's streams, and a thread that is waiting for bytes wakes as
 * exactly for a send that comes due. Descriptors stay Node's, which opens and closes them.
 */
export class ReadLoop {
  readonly #libc: Libc;
  readonly #wish: DataView;
  readonly #wishAddress: Address;
  readonly #events: DataView;
  readonly #eventsAddress: Address;
  readonly #onReadable: ((() => Reading) | undefined)[] = [];
  readonly #alarm: Alarm;
  /** When the alarm will go off. */
  #alarmAt: number = notYet;
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
    const events = libc.allocate(mostEvents * eventBytes);
    this.#wish = new DataView(wish.memory);
    this.#wishAddress = wish.address;
    this.#events = new DataView(events.memory);
    this.#eventsAddress = events.address;
    this.#alarm = new Alarm(libc);
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

  /**
   * Has `onReadable` read whenever there are bytes or an end: once, and again where that may not have been all. It is
   * not told a second time of what it leaves.
   */
  watch(fd: number, onReadable: () => Reading): void {
    this.#add(this.#open(), fd, readable + closedByPeer + onceAnEdge, onReadable);
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

  #open(): number {
    if (this.#epoll !== undefined) return this.#epoll;
    const epoll = this.#libc.epoll_create1(closeOnExec);
    this.#alarmAt = notYet;
    this.#add(epoll, this.#alarm.open(), readable + onceAnEdge, () => {
      this.#alarmAt = notYet;
      return 'nothing';
    });
    this.#epoll = epoll;
    return epoll;
  }

  #add(epoll: number, fd: number, events: number, onReadable: () => Reading): void {
    this.#wish.setUint32(0, events, true);
    this.#wish.setUint32(descriptorAt, fd, true);
    this.#libc.epoll_ctl(epoll, add, fd, this.#wishAddress);
    this.#onReadable[fd] = onReadable;
  }

  readonly #turn = (): void => {
    if (this.#watched === 0 && !this.#pace) return this.#rest();
    const epoll = this.#open();
    const start = performance.now() * 1e6;
    for (let now = start; now < start + this.#turnLength(); now = performance.now() * 1e6) {
      const due = this.#pace?.() ?? Number.POSITIVE_INFINITY;
      const count = this.#wait(epoll, now, Math.min(start + this.#turnLength(), now + due - oversleep));
      for (let i = 0; i < count * eventBytes; i += eventBytes)
        this.#read(this.#events.getUint32(i + descriptorAt, true), (this.#events.getUint32(i, true) & over) !== 0);
    }
    setImmediate(this.#turn);
  };

  /** To the end where that has come: it may lie behind what the first read takes. */
  #read(fd: number, isOver: boolean): void {
    const onReadable = this.#onReadable[fd];
    if (!onReadable) return;
    let found = onReadable();
    while (found === 'full' || (isOver && found === 'some')) {
      if (this.#onReadable[fd] !== onReadable) return;
      found = onReadable();
    }
  }

  #turnLength(): number {
    return this.#errands > 0 ? shortestTurn : longestTurn;
  }

  /** Nothing to watch: the thread may end, and leaves no descriptor behind. */
  #rest(): void {
    this.#turning = false;
    this.#alarm.close();
    if (this.#epoll !== undefined) this.#libc.close(this.#epoll);
    this.#epoll = undefined;
  }

  /** Waits from `now` until a time that may have passed; returns the number of descriptors that can be read. */
  #wait(epoll: number, now: number, until: number): number {
    const waits = until > now;
    if (waits && !(Math.abs(this.#alarmAt - until) <= near)) {
      this.#alarm.set(until - now);
      this.#alarmAt = until;
    }
    const count = this.#libc.epoll_wait(epoll, this.#eventsAddress, mostEvents, waits ? noLimit : noWait);
    const took = performance.now() * 1e6 - now;
    if (waits) this.#waited += took;
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
