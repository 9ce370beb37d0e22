import { readFileSync } from 'node:fs';
import { type EventLoopUtilization, monitorEventLoopDelay, PerformanceObserver, performance } from 'node:perf_hooks';
import { type Nanoseconds, nanoseconds } from '../core/units.ts';
import type { Spread } from './spread.ts';

/** How one event loop fared between `start()` and `snapshot()`. Survives structured cloning. */
export interface LoopSnapshot {
  readonly elapsed: Nanoseconds;
  /** How late the loop came to a timer; absent where it was watched for less than a few turns. */
  readonly delay?: Spread;
  /** Pauses of garbage collection; absent if there was none. */
  readonly gc?: Spread & { readonly count: number; readonly total: Nanoseconds };
  /** ρ: share of the time in which the loop was not waiting for events; spinning is waiting. */
  readonly utilisation: number;
  /** Share of one core this thread used for work; absent where the system does not say. */
  readonly cpuShare?: number;
  /** Share of the time this thread was ready to run but had no core. */
  readonly waitShare?: number;
}

/** Rare enough to cost nothing, often enough to meet any delay worth knowing. */
const resolutionMs = 10;

interface ThreadTimes {
  readonly running: number;
  readonly waiting?: number;
}

/** CPU time of the calling thread, and the time it waited for a core, nanoseconds. */
function threadTimes(): ThreadTimes | undefined {
  try {
    const [running, waiting] = readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ').map(Number);
    if (running !== undefined && waiting !== undefined) return { running, waiting };
  } catch {
    // Not Linux, or not told.
  }
  const { threadCpuUsage } = process as { threadCpuUsage?: () => { user: number; system: number } };
  const usage = threadCpuUsage?.();
  return usage && { running: (usage.user + usage.system) * 1e3 };
}

/** Watches the event loop of the thread it is made in. */
export class LoopMonitor {
  readonly #histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  readonly #pauses: number[] = [];
  readonly #gc = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) this.#pauses.push(entry.duration * 1e6);
  });
  #startedAt = 0;
  #utilisation: EventLoopUtilization | undefined;
  #times: ThreadTimes | undefined;

  /** Starts anew: what was seen before is forgotten. */
  start(): void {
    this.#pauses.length = 0;
    this.#histogram.reset();
    this.#histogram.enable();
    this.#gc.observe({ entryTypes: ['gc'] });
    this.#startedAt = performance.now();
    this.#utilisation = performance.eventLoopUtilization();
    this.#times = threadTimes();
  }

  /**
   * `spun`: nanoseconds in which the loop turned without work, so as not to oversleep a send. It
   * answers events at once meanwhile, so this time does not count as use. Nor does `waited`, in which
   * the thread waited for events by another call than Node's, without using the processor.
   */
  snapshot({ spun = 0, waited = 0 } = {}): LoopSnapshot {
    const elapsed = (performance.now() - this.#startedAt) * 1e6;
    for (const entry of this.#gc.takeRecords()) this.#pauses.push(entry.duration * 1e6);
    const { utilization } = performance.eventLoopUtilization(this.#utilisation);
    return {
      elapsed: nanoseconds(elapsed),
      ...(this.#histogram.count > 0 && { delay: this.#delay() }),
      ...(this.#pauses.length > 0 && { gc: pauseSpread(this.#pauses) }),
      utilisation: withoutSpin(utilization, spun + waited, elapsed),
      ...this.#shares(elapsed, spun),
    };
  }

  stop(): void {
    this.#histogram.disable();
    this.#gc.disconnect();
  }

  /** The histogram holds whole intervals between timer turns; what exceeds the asked interval is delay. */
  #delay(): Spread {
    const late = (interval: number): Nanoseconds => nanoseconds(Math.max(0, interval - resolutionMs * 1e6));
    const { max } = this.#histogram;
    return { p50: late(this.#histogram.percentile(50)), p99: late(this.#histogram.percentile(99)), max: late(max) };
  }

  #shares(elapsed: number, spun: number): { cpuShare?: number; waitShare?: number } {
    const now = threadTimes();
    if (!now || !this.#times || elapsed <= 0) return {};
    const { running, waiting } = this.#times;
    return {
      cpuShare: withoutSpin((now.running - running) / elapsed, spun, elapsed),
      ...(now.waiting !== undefined && waiting !== undefined && { waitShare: (now.waiting - waiting) / elapsed }),
    };
  }
}

const withoutSpin = (share: number, spun: number, elapsed: number): number => Math.max(0, share - spun / elapsed);

/**
 * One pause in a hundred is longer than P99. Of fewer than a hundred it is the longest but one, or a single pause that
 * the machine drew out would decide about a run in which there are five.
 */
export function pauseSpread(pauses: readonly number[]): LoopSnapshot['gc'] & object {
  const sorted = Float64Array.from(pauses).sort();
  const at = (share: number): number => Math.ceil(share * sorted.length) - 1;
  const value = (index: number): Nanoseconds => nanoseconds(sorted[Math.max(0, index)] ?? 0);
  return {
    p50: value(at(0.5)),
    p99: value(Math.min(at(0.99), sorted.length - 2)),
    max: value(sorted.length - 1),
    count: sorted.length,
    total: nanoseconds(sorted.reduce((sum, pause) => sum + pause, 0)),
  };
}
