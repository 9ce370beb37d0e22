import type { Heartbeat } from './heartbeat.ts';

export interface Watched {
  readonly heartbeat: Heartbeat;
  /** Silent for so many turns of the watch, it will not come back. */
  readonly patience: number;
  readonly onSilent: () => void;
}

export const turnMilliseconds = 1000;

/** For a thread that has not begun yet: on a busy machine loading its code takes a while. */
const patienceAtStart = 60;

interface Known extends Watched {
  beats: number;
  silent: number;
}

/**
 * Finds threads whose loops do not turn any more. It counts its own turns and not the time that went by: a machine
 * that stood still (asleep, a virtual one paused) stood still for the watch as well, and costs at most one late turn,
 * which is not counted.
 */
export class SilenceWatch {
  #known: readonly Known[];
  #turnedAt: number;

  /** `now` in milliseconds, of any monotonic clock. */
  constructor(threads: readonly Watched[], now = performance.now()) {
    this.#known = threads.map((thread) => ({ ...thread, beats: 0, silent: 0 }));
    this.#turnedAt = now;
  }

  /** To be called every `turnMilliseconds`. Each thread is told of once. */
  turn(now = performance.now()): void {
    const late = now - this.#turnedAt > 2 * turnMilliseconds;
    this.#turnedAt = now;
    const silent = this.#known.filter((thread) => isSilent(thread, late));
    if (silent.length === 0) return;
    this.#known = this.#known.filter((thread) => !silent.includes(thread));
    for (const { onSilent } of silent) onSilent();
  }
}

function isSilent(thread: Known, late: boolean): boolean {
  const beats = Atomics.load(thread.heartbeat, 0);
  if (beats !== thread.beats) thread.silent = 0;
  else if (!late) thread.silent++;
  thread.beats = beats;
  return thread.silent >= (beats === 0 ? patienceAtStart : thread.patience);
}
