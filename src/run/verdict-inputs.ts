import type { RequestRecord } from '../core/record.ts';
import type { Nanoseconds } from '../core/units.ts';
import type { InstrumentFacts } from '../instrument/instrument.ts';
import type { Measurements } from '../recording/measurements.ts';
import { failedHere } from '../recording/own-failure.ts';

export interface Window {
  readonly from: Nanoseconds;
  readonly to: Nanoseconds;
}

export interface VerdictInputs {
  readonly records: readonly RequestRecord[];
  readonly facts: InstrumentFacts;
  readonly window: Window;
  readonly openLoop: boolean;
  readonly decodeDeadline: Nanoseconds;
  readonly clockSteps?: Measurements['clockSteps'];
  readonly selfTest?: Measurements['selfTest'];
}

/** What a run measured of its own instrument, gathered from its threads and its records. */
export function measurementsOf({
  records,
  facts,
  window,
  openLoop,
  decodeDeadline,
  clockSteps,
  selfTest,
}: VerdictInputs): Measurements {
  const { paths, live, loops, reads, canary, lostWorkers, backlog, lostPackets } = facts;
  return {
    decodeDeadline,
    lateness: latenessOf(records),
    ...(openLoop && ratesOf(records, window)),
    scheduled: records.length,
    unsent: live.dropped,
    ownFailures: records.filter(({ outcome }) => failedHere(outcome)).length,
    paths,
    loops,
    lostWorkers,
    backlog,
    ...(lostPackets && { lostPackets }),
    ...(canary.error && { canary: canary.error }),
    ...(selfTest && { selfTest }),
    reads,
    ...(clockSteps && { clockSteps }),
    disordered: { count: live.disordered.count, max: live.disordered.max as Nanoseconds },
  };
}

function latenessOf(records: readonly RequestRecord[]): number[] {
  const lateness: number[] = [];
  for (const { sentAt, scheduledAt } of records) if (sentAt !== undefined) lateness.push(sentAt - scheduledAt);
  return lateness;
}

/** Requests scheduled in the window against requests that left in it, per second. */
function ratesOf(
  records: readonly RequestRecord[],
  { from, to }: Window,
): { askedRate?: number; achievedRate?: number } {
  const seconds = (to - from) / 1e9;
  if (seconds <= 0) return {};
  const inside = (time: number | undefined): boolean => time !== undefined && time >= from && time < to;
  let asked = 0;
  let achieved = 0;
  for (const { scheduledAt, sentAt } of records) {
    if (inside(scheduledAt)) asked++;
    if (inside(sentAt)) achieved++;
  }
  return { askedRate: asked / seconds, achievedRate: achieved / seconds };
}
