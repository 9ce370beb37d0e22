import type { Nanoseconds } from '../core/units.ts';
import type { LoopSnapshot } from './loop-monitor.ts';
import { queueingWait } from './queueing-wait.ts';
import { type Spread, spreadOf } from './spread.ts';

/** What a run measured of its own instrument. What is absent was not measured. */
export interface Measurements {
  /** D_d of the run's policy: errors of token times are judged by it. */
  readonly decodeDeadline: Nanoseconds;
  /** Sent − scheduled of every request that was sent, nanoseconds. */
  readonly lateness?: ArrayLike<number>;
  /** Requests per second over the same window; of an open loop only. */
  readonly askedRate?: number;
  readonly achievedRate?: number;
  readonly scheduled?: number;
  /** Requests whose time came and that were not sent, unless the user stopped the run. */
  readonly unsent?: number;
  /** Requests that failed on this machine: no descriptor or port for their connection, or their worker died. */
  readonly ownFailures?: number;
  /** Where the stamps of each receiving worker come from. */
  readonly paths?: readonly string[];
  /** One per receiving worker; undefined for one that was lost. */
  readonly loops?: readonly (LoopSnapshot | undefined)[];
  readonly lostWorkers?: number;
  /** The most that waited to be recorded at one time, in parts of what this machine lets wait; above 1 the load was ended. */
  readonly backlog?: number;
  /** Error of token times as seen by a stream of known timing. */
  readonly canary?: Spread;
  /** The same, from a self-test on this machine. */
  readonly selfTest?: Spread;
  readonly reads?: ReadMeasurements;
  /** Packets that had to be sent again, by us and by the other side; absent where the kernel does not tell. */
  readonly lostPackets?: { readonly resent: number; readonly outOfOrder: number };
  /** Jumps of the wall clock during the run. */
  readonly clockSteps?: { readonly count: number; readonly largest: Nanoseconds };
  /** Stamps that contradicted an earlier one of the same request. */
  readonly disordered?: { readonly count: number; readonly max: number };
}

export interface ReadMeasurements {
  /** Events that carried tokens, and those that came out of one read with another. */
  readonly events: number;
  readonly sharedReads: number;
  /** Of the shared ones, those known to have been sent together. */
  readonly sentTogether?: number;
  /** Median time between two reads of one stream. */
  readonly medianGap?: Nanoseconds;
}

const isMeasured = <Value>(value: Value | undefined): value is Value => value !== undefined;

/** The worst of the loops that can be asked; undefined if there is none. */
export function worst({ loops }: Measurements, of: (loop: LoopSnapshot) => number | undefined): number | undefined {
  const values = (loops ?? []).filter(isMeasured).map(of).filter(isMeasured);
  return values.length === 0 ? undefined : Math.max(...values);
}

/** The worse of what is known. */
export function tokenError({ canary, selfTest }: Measurements, of: (spread: Spread) => number): number | undefined {
  const errors = [canary, selfTest].filter(isMeasured).map(of);
  return errors.length === 0 ? undefined : Math.max(...errors);
}

/** Actual minus scheduled send. */
export const latenessSpread = ({ lateness }: Measurements): Spread | undefined =>
  lateness && lateness.length > 0 ? spreadOf(lateness) : undefined;

/**
 * Our loops came in well under the time between two reads, for nearly every event: events that
 * share a read were sent together. Half, because merged events make the gaps look twice as long.
 */
export function readInTime(measurements: Measurements): boolean {
  const gap = measurements.reads?.medianGap;
  const late = tokenError(measurements, ({ p99 }) => p99) ?? worst(measurements, ({ delay }) => delay?.p99);
  return gap !== undefined && late !== undefined && late * 2 < gap;
}

/** The mean wait of an event for each loop; events are taken to be spread evenly over the loops. */
export function queueingWaits({ loops = [], reads }: Measurements): (Nanoseconds | undefined)[] {
  const alive = loops.filter(isMeasured).length;
  return loops.map((loop) => {
    if (!loop || !reads || reads.events === 0) return undefined;
    return queueingWait(loop.utilisation, reads.events / alive / (loop.elapsed / 1e9));
  });
}

/** Undefined if none is known. */
export function longest(waits: readonly (Nanoseconds | undefined)[]): number | undefined {
  const known = waits.filter(isMeasured);
  return known.length === 0 ? undefined : Math.max(...known);
}
