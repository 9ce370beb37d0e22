import { describe, expect, it } from 'vitest';
import type { RequestRecord } from '../core/record.ts';
import { milliseconds, nanoseconds, seconds } from '../core/units.ts';
import type { InstrumentFacts } from '../instrument/instrument.ts';
import { measurementsOf } from './verdict-inputs.ts';

const facts = {
  paths: ['A'],
  loops: [],
  live: { dropped: 0, disordered: { count: 0, max: 0 } },
  reads: {},
  canary: {},
  lostWorkers: 0,
  backlog: 0,
} as unknown as InstrumentFacts;

/** A hundred requests `gap` apart, request i leaving `late(i)` after it was due, or never. */
function ratesOf(gap: number, late: (i: number) => number | undefined) {
  const records = Array.from({ length: 100 }, (_, i) => {
    const by = late(i);
    return {
      scheduledAt: nanoseconds(i * gap),
      ...(by !== undefined && { sentAt: nanoseconds(i * gap + by) }),
      outcome: { status: 'completed' },
    } as RequestRecord;
  });
  const window = { from: nanoseconds(0), to: seconds(3600) };
  const found = measurementsOf({ records, facts, window, openLoop: true, decodeDeadline: milliseconds(50) });
  return { asked: found.askedRate, achieved: found.achievedRate };
}

describe('the rate of a load', () => {
  it('is that of the schedule where every request is late by the same', () => {
    const { asked, achieved } = ratesOf(milliseconds(10), () => milliseconds(4));
    expect(asked).toBeCloseTo(100, 6);
    expect(achieved).toBeCloseTo(100, 6);
  });

  it('is lower where the load takes longer to leave than it should, however short it is', () => {
    const { asked = 0, achieved = 0 } = ratesOf(2500, (i) => i * 500_000);
    expect(asked).toBeCloseTo(400_000, 0);
    expect(achieved).toBeLessThan(asked / 10);
  });

  it('is not lowered by lateness that is judged for itself', () => {
    const { asked, achieved } = ratesOf(milliseconds(1), (i) => (i === 99 ? milliseconds(15) : 0));
    expect(achieved).toBe(asked);
  });

  it('counts what never left', () => {
    const { asked = 0, achieved } = ratesOf(milliseconds(10), (i) => (i % 3 === 1 ? undefined : 0));
    expect(achieved).toBeCloseTo((asked * 66) / 99, 6);
  });

  it('is not asked where all are due in one instant', () => {
    expect(ratesOf(0, () => 0)).toEqual({ asked: undefined, achieved: undefined });
  });
});
