import type { Nanoseconds } from './units.ts';

/** The one monotonic clock of a run; time starts at 0. Tests inject their own. */
export interface Clock {
  now(): Nanoseconds;
}

/**
 * Monotonic time since `origin`, a reading of `process.hrtime.bigint()`. All threads that share
 * an origin share a time line, since the clock underneath is the machine's.
 */
export function monotonicClock(origin: bigint): Clock {
  // performance.now() allocates nothing and resolves nanoseconds; it is anchored once, between
  // two readings of the absolute clock, in the tightest of several tries.
  let offset = 0;
  let tightest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 32; i++) {
    const before = process.hrtime.bigint();
    const local = performance.now();
    const after = process.hrtime.bigint();
    const width = Number(after - before);
    if (width >= tightest) continue;
    tightest = width;
    offset = Number(before - origin) + width / 2 - local * 1e6;
  }
  return { now: () => Math.round(performance.now() * 1e6 + offset) as Nanoseconds };
}
