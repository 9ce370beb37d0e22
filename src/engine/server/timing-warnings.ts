import type { RunningEngineStats } from './start-engine.ts';

/** Lateness from which the engine's own timing can no longer be trusted, seconds. */
const tolerableLateness = 1e-3;
/** Writing time per stream of a large batch, seconds. */
const tolerableFlush = 12e-6;
/** Share of the time spent waiting for a core from which that explains what is late. */
const tolerableWait = 0.05;

export interface TimingWarning {
  readonly bound: 'lateness' | 'flush';
  readonly warning: string;
}

type Timing = Pick<RunningEngineStats, 'latenessP99Seconds' | 'crowdedFlushSeconds'> & {
  /** Share of the latest time for which the engine could have run and others had its core. */
  readonly coreWaitShare?: number | undefined;
};

/** What the engine's own timing misses of its bounds. */
export function timingWarnings({
  latenessP99Seconds: late = 0,
  crowdedFlushSeconds: flush = 0,
  coreWaitShare = 0,
}: Timing): TimingWarning[] {
  const warnings: TimingWarning[] = [];
  const others =
    coreWaitShare < tolerableWait
      ? ''
      : ` (others have its core: it waited for one ${Math.min(100, coreWaitShare * 100).toFixed(0)} % of the time)`;
  if (late > tolerableLateness) {
    const milliseconds = Number.isFinite(late) ? `up to ${late * 1e3} ms` : 'over a second';
    const warning = `warning: tokens leave ${milliseconds} late (99th percentile): this machine is too busy for exact pacing${others}`;
    warnings.push({ bound: 'lateness', warning });
  }
  if (flush > tolerableFlush) {
    const warning = `warning: writing a large batch takes ${(flush * 1e6).toFixed(1)} µs a stream, more than ${tolerableFlush * 1e6}: its last tokens leave late, as their stamps say${others}`;
    warnings.push({ bound: 'flush', warning });
  }
  return warnings;
}
