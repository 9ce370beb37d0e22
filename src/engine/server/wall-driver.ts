import type { Clock } from '../../core/clock.ts';
import { type Nanoseconds, nanosecondsPerMillisecond, nanosecondsPerSecond } from '../../core/units.ts';
import { youngCollector } from '../../system/collect-garbage.ts';
import { napper } from '../../system/nap.ts';
import type { Emission, EngineCore, EngineRequest, EngineStats } from '../core.ts';
import { Histogram } from './histogram.ts';

/** A timer may be a millisecond late: it is set this much early, and the rest is waited for in turns. */
const wakeAhead = 1.5 * nanosecondsPerMillisecond;
/** Timers cannot wait for less than this. */
const shortestTimer = nanosecondsPerMillisecond;
/**
 * The rest is slept in pieces as far as the system sleeps exactly: that spares the processor for the client, and a
 * thread that has slept is woken at once. Between pieces requests are heard.
 */
const longestNap = 0.3 * nanosecondsPerMillisecond;
const shortestNap = 0.03 * nanosecondsPerMillisecond;
/** A nap ends this much before what is due. */
const napAhead = 0.06 * nanosecondsPerMillisecond;
/** Where it does not, a short sleep may take this long, and is not risked before a large batch. */
const coarseNap = 0.35 * nanosecondsPerMillisecond;
const coarseNapMilliseconds = 0.1;
/** What is due within this time is waited for in the same turn, for a turn itself may take as long. */
const waitWithin = 0.05 * nanosecondsPerMillisecond;
/** After so long the loop has to have a turn, since requests wait for it. */
const longestTurn = 0.3 * nanosecondsPerMillisecond;

/** Streams from which a batch counts as large. */
const crowd = 100;
/** After a large batch with so much time before the next, garbage is collected: none shall be when that is due. */
const leisure = 4 * nanosecondsPerMillisecond;

const latenessBounds = [
  1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 3e-4, 5e-4, 7e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.5, 1,
];
const flushBounds = [1e-6, 2e-6, 4e-6, 6e-6, 8e-6, 1e-5, 1.2e-5, 1.5e-5, 2e-5, 3e-5, 5e-5, 1e-4, 1e-3];

const never = new Int32Array(new SharedArrayBuffer(4));
const coarsely = (nanoseconds: number): void => {
  if (nanoseconds + napAhead > coarseNap) Atomics.wait(never, 0, 0, coarseNapMilliseconds);
};

export type OnEmission = (emission: Emission) => void;

/**
 * Plays a core in real time. Everything is due at an absolute time of the clock, so lateness never
 * adds up; how late the first write of each instant was is kept.
 */
export class WallDriver {
  /** Seconds from when tokens were due to when the first of them was written. */
  readonly lateness = new Histogram(latenessBounds);
  /** Seconds of writing per stream, where several were due at once. */
  readonly flush = new Histogram(flushBounds);
  /** The same, of large batches alone: the last of a few streams is not late whatever one costs. */
  readonly #crowded = { streams: 0, seconds: 0 };
  readonly #core: EngineCore;
  readonly #clock: Clock;
  readonly #nap: ((nanoseconds: number) => void) | undefined;
  readonly #collect = youngCollector();
  readonly #listeners = new Map<number, OnEmission>();
  readonly #cancelled: number[] = [];
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  /** Streams of the last instant: large batches are rare and late together, so no nap comes before them. */
  #batch = 0;
  #advancing = false;
  #closed = false;

  /** `spin` waits the last millisecond without ever sleeping: exact, for most of a core. */
  constructor(core: EngineCore, clock: Clock, { spin = false }: { readonly spin?: boolean } = {}) {
    this.#core = core;
    this.#clock = clock;
    if (!spin) this.#nap = napper() ?? coarsely;
  }

  /** Hands the request over now; returns the time the core was told. */
  submit(request: EngineRequest, listener: OnEmission): Nanoseconds {
    this.#listeners.set(request.id, listener);
    const at = this.#clock.now();
    this.#advance(at);
    this.#core.submit(request, at);
    // A core that cannot take the request says so at once, before anything was answered.
    this.#advance(at);
    this.#arm();
    return at;
  }

  /** Mean seconds of writing per stream in batches of 100 and more; undefined before the first. */
  get crowdedFlush(): number | undefined {
    const { streams, seconds } = this.#crowded;
    return streams === 0 ? undefined : seconds / streams;
  }

  cancel(id: number): void {
    if (!this.#listeners.delete(id)) return;
    // The core must not be called while it reports.
    if (this.#advancing) this.#cancelled.push(id);
    else {
      const at = this.#clock.now();
      this.#advance(at);
      this.#core.cancel(id, at);
      this.#arm();
    }
  }

  stats(): EngineStats {
    return this.#core.stats();
  }

  close(): void {
    this.#closed = true;
    this.#disarm();
    this.#listeners.clear();
  }

  readonly #turn = (): void => {
    this.#immediate = undefined;
    this.#timer = undefined;
    const turnEnd = this.#clock.now() + longestTurn;
    let now: Nanoseconds;
    do {
      now = this.#waitForNext();
      this.#advance(now);
    } while (!this.#closed && now < turnEnd && this.#isNear(now));
    this.#arm();
  };

  #isNear(now: Nanoseconds): boolean {
    const next = this.#core.nextAt();
    return next !== undefined && next - now <= waitWithin;
  }

  /** Returns when what is near is due, or at once. */
  #waitForNext(): Nanoseconds {
    let now = this.#clock.now();
    if (!this.#isNear(now)) return now;
    const next = this.#core.nextAt() ?? now;
    while (now < next) now = this.#clock.now();
    return now;
  }

  #advance(to: Nanoseconds): void {
    let instant = -1;
    let streams = 0;
    const began = this.#clock.now();
    this.#advancing = true;
    this.#core.advance(to, (emission) => {
      if (emission.at !== instant) {
        instant = emission.at;
        this.lateness.observe(Math.max(0, this.#clock.now() - instant) / nanosecondsPerSecond);
      }
      streams++;
      this.#deliver(emission);
    });
    this.#advancing = false;
    if (streams > 0) this.#batch = streams;
    if (streams > 1) this.#flushed((this.#clock.now() - began) / nanosecondsPerSecond, streams);
    for (let id = this.#cancelled.pop(); id !== undefined; id = this.#cancelled.pop()) this.#core.cancel(id, to);
    if (streams >= crowd && this.#collect && (this.#core.nextAt() ?? 0) - this.#clock.now() > leisure) this.#collect();
  }

  #flushed(seconds: number, streams: number): void {
    this.flush.observe(seconds / streams, streams);
    if (streams < crowd) return;
    this.#crowded.streams += streams;
    this.#crowded.seconds += seconds;
  }

  #deliver(emission: Emission): void {
    const listener = this.#listeners.get(emission.id);
    if (emission.kind !== 'tokens') this.#listeners.delete(emission.id);
    listener?.(emission);
  }

  #arm(): void {
    this.#disarm();
    const next = this.#core.nextAt();
    if (next === undefined || this.#closed) return;
    const remaining = next - this.#clock.now();
    if (remaining >= wakeAhead + shortestTimer) {
      this.#timer = setTimeout(this.#turn, Math.floor((remaining - wakeAhead) / nanosecondsPerMillisecond));
      return;
    }
    this.#sleepUntilNear(remaining);
    this.#immediate = setImmediate(this.#turn);
  }

  #sleepUntilNear(remaining: number): void {
    if (!this.#nap || (this.#nap === coarsely && this.#batch >= crowd)) return;
    const nap = Math.min(longestNap, remaining - napAhead);
    if (nap >= shortestNap) this.#nap(nap);
  }

  #disarm(): void {
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    if (this.#immediate !== undefined) clearImmediate(this.#immediate);
    this.#timer = undefined;
    this.#immediate = undefined;
  }
}
