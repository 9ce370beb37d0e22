import type { RequestRecord } from '../core/record.ts';
import { elapsed, type Nanoseconds, toMilliseconds } from '../core/units.ts';
import type { CutValue } from './metric.ts';
import { channelMask, type Timeline } from './timeline.ts';

/** Milliseconds from one moment to another; absent if either is unknown or they are out of order. */
export function waitBetween(from: Nanoseconds | undefined, to: Nanoseconds | undefined): number | undefined {
  if (from === undefined || to === undefined || to < from) return undefined;
  return toMilliseconds(elapsed(from, to));
}

export const firstTokenWait = (timeline: Timeline, from: Nanoseconds | undefined): number | undefined =>
  timeline.length === 0 ? undefined : waitBetween(from, timeline.times[0] as Nanoseconds);

export const lastTokenWait = (timeline: Timeline, from: Nanoseconds | undefined): number | undefined =>
  timeline.length === 0 ? undefined : waitBetween(from, timeline.times[timeline.length - 1] as Nanoseconds);

/** For a request we cut off: its first-token wait if the token had come, else how long it had waited. */
export function firstTokenWhenCut(
  record: RequestRecord,
  timeline: Timeline,
  from: Nanoseconds | undefined,
): CutValue | undefined {
  const exactly = firstTokenWait(timeline, from);
  return exactly === undefined ? endWhenCut(record, from) : { exactly };
}

/** For a request we cut off: how long it had lasted. */
export function endWhenCut({ endedAt }: RequestRecord, from: Nanoseconds | undefined): CutValue | undefined {
  const atLeast = waitBetween(from, endedAt);
  return atLeast === undefined ? undefined : { atLeast };
}

const visible = channelMask('visible');

/** Wait for the first token that a reader sees, whatever channel is scored. */
export function firstVisibleWait({ chunks }: RequestRecord, from: Nanoseconds): number | undefined {
  for (let i = 0; i < chunks.at.length; i++) {
    if ((chunks.tokens[i] as number) > 0 && visible[chunks.kind[i] as number] === 1) {
      return waitBetween(from, chunks.at[i] as Nanoseconds);
    }
  }
  return undefined;
}
