import type { RequestRecord } from '../core/record.ts';
import { milliseconds, type Nanoseconds, nanosecondsPerSecond } from '../core/units.ts';
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

/** So much longer may the last of a load take to leave: that is lateness, which is judged for itself. */
const slack = milliseconds(20);

/**
 * Of the requests scheduled in the window, how fast they should have left and how fast they did: their number by the time
 * from the first to the last. Absent where all were due in one instant.
 */
function ratesOf(
  records: readonly RequestRecord[],
  { from, to }: Window,
): { askedRate?: number; achievedRate?: number } {
  const asked = records.filter(({ scheduledAt }) => scheduledAt >= from && scheduledAt < to);
  const sent = asked.flatMap(({ sentAt }) => sentAt ?? []);
  const due = spanOf(asked.map(({ scheduledAt }) => scheduledAt));
  if (due <= 0) return {};
  const rate = (requests: number, span: number): number => ((requests - 1) / span) * nanosecondsPerSecond;
  return {
    askedRate: rate(asked.length, due),
    achievedRate: Math.max(0, rate(sent.length, Math.max(due, spanOf(sent) - slack))),
  };
}

function spanOf(times: readonly number[]): number {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const time of times) {
    first = Math.min(first, time);
    last = Math.max(last, time);
  }
  return last - first;
}
