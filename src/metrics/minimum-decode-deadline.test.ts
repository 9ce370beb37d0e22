import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyGaps, anyPolicy } from '../../test/metrics/any-record.ts';
import { milliseconds, type Nanoseconds } from '../core/units.ts';
import { fluidity } from './fluidity.ts';
import { minimumByBisection, minimumDecodeDeadline } from './minimum-decode-deadline.ts';
import { defaultPolicy, type ScorePolicy } from './policy.ts';
import { type Timeline, timelineFromGaps } from './timeline.ts';

const withoutFirst: ScorePolicy = { ...defaultPolicy, ignoreFirstToken: true };

function passes(timeline: Timeline, policy: ScorePolicy, decodeDeadline: number): boolean {
  const { index } = fluidity(timeline, { ...policy, decodeDeadline: decodeDeadline as Nanoseconds });
  return index === undefined || index >= policy.fluidFrom;
}

/** Tries every deadline from 0. */
function bruteForce(timeline: Timeline, policy: ScorePolicy, limit: number): number {
  for (let deadline = 0; deadline <= limit; deadline++) if (passes(timeline, policy, deadline)) return deadline;
  return Number.POSITIVE_INFINITY;
}

const fewNanoseconds = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 40 });
const anyFrom = fc.constantFrom(0, 0.3, 0.5, 0.8, 0.9, 0.95, 1);

describe('minimum decode deadline', () => {
  it('is 27.27 ms for nine gaps of 20 ms and one of 120 ms', () => {
    const timeline = timelineFromGaps([100, ...Array.from({ length: 9 }, () => 20), 120].map(milliseconds));
    expect(minimumDecodeDeadline(timeline, withoutFirst)).toBe(27_272_728);
  });

  it('is Infinity without a token and 0 without a deadline', () => {
    expect(minimumDecodeDeadline(timelineFromGaps([]), withoutFirst)).toBe(Number.POSITIVE_INFINITY);
    expect(minimumDecodeDeadline(timelineFromGaps([5e8]), withoutFirst)).toBe(0);
    expect(minimumDecodeDeadline(timelineFromGaps([5e8, 0, 0, 0]), withoutFirst)).toBe(0);
  });

  it('is Infinity where the late first token alone is too much', () => {
    expect(minimumDecodeDeadline(timelineFromGaps([5e9, 1, 1]), defaultPolicy)).toBe(Number.POSITIVE_INFINITY);
  });

  it('equals a search through every deadline, first token ignored', () => {
    fc.assert(
      fc.property(fewNanoseconds, anyFrom, (gaps, fluidFrom) => {
        const timeline = timelineFromGaps(gaps);
        const policy = { ...withoutFirst, fluidFrom };
        expect(minimumDecodeDeadline(timeline, policy)).toBe(bruteForce(timeline, policy, 100));
      }),
      { numRuns: 1000 },
    );
  });

  it('equals a search through every deadline under any policy', () => {
    fc.assert(
      fc.property(
        fewNanoseconds,
        anyPolicy,
        fc.integer({ min: 0, max: 60 }),
        fc.option(fc.integer({ min: 0, max: 60 }), { nil: undefined }),
        (gaps, some, prefill, cap) => {
          const { slackCap: _, ...uncapped } = some;
          const policy: ScorePolicy = {
            ...uncapped,
            prefillDeadline: { kind: 'constant', deadline: prefill as Nanoseconds },
            ...(cap === undefined ? {} : { slackCap: cap as Nanoseconds }),
          };
          const timeline = timelineFromGaps(gaps);
          expect(minimumDecodeDeadline(timeline, policy)).toBe(bruteForce(timeline, policy, 200));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('equals bisection to the nanosecond on real scales', () => {
    fc.assert(
      fc.property(anyGaps, anyFrom, (gaps, fluidFrom) => {
        const timeline = timelineFromGaps(gaps);
        const policy = { ...withoutFirst, fluidFrom: Math.max(0.3, fluidFrom) };
        expect(minimumDecodeDeadline(timeline, policy)).toBe(minimumByBisection(timeline, policy));
      }),
      { numRuns: 1000 },
    );
  });
});
