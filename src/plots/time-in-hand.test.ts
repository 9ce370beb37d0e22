import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RequestRecord } from '../core/record.ts';
import { milliseconds } from '../core/units.ts';
import { defaultPolicy, fluidity, type ScorePolicy, timelineOf } from '../metrics/index.ts';
import { scoreRequest } from './scored-request.ts';
import { inHandAt, timeInHand } from './time-in-hand.ts';

function record(gaps: readonly number[]): RequestRecord {
  let now = 0;
  const at = gaps.map((gap) => {
    now += gap;
    return now * 1e6;
  });
  return {
    id: 1,
    phase: 'measure',
    scheduledAt: milliseconds(0),
    endedAt: milliseconds(now),
    prompt: { reported: 100 },
    output: { total: at.length },
    chunks: { at, tokens: at.map(() => 1), kind: at.map(() => 0), bytes: at.map(() => 1), read: at.map((_, i) => i) },
    outcome: { status: 'completed' },
  };
}

const policies: fc.Arbitrary<ScorePolicy> = fc
  .record({
    decodeDeadline: fc.integer({ min: 1, max: 200 }).map(milliseconds),
    ignoreFirstToken: fc.boolean(),
    slackCap: fc.option(fc.integer({ min: 0, max: 500 }).map(milliseconds), { nil: undefined }),
    ties: fc.constantFrom('paper', 'strict'),
  })
  .map(
    ({ slackCap, ...rest }) =>
      ({ ...defaultPolicy, ...rest, ...(slackCap === undefined ? {} : { slackCap }) }) as ScorePolicy,
  );

describe('time in hand', () => {
  it('agrees with the fluidity account on every deadline', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 1500 }), { minLength: 1, maxLength: 60 }),
        policies,
        (gaps, policy) => {
          const one = record(gaps);
          const steps = timeInHand(scoreRequest(one, policy), policy);
          const account = fluidity(timelineOf(one, policy), policy);
          const missed = steps.reduce((sum, step) => sum + step.missed, 0);
          expect(missed).toBe(account.missed);
          // In time, unless the account says late.
          for (const [i, { at, deadline, missed: lost }] of steps.entries()) {
            if (i === 0 && policy.ignoreFirstToken) continue;
            expect(at > deadline).toBe(lost > 0);
          }
        },
      ),
    );
  });

  it('falls a second a second, rises at each token, and starts afresh after a late one', () => {
    const policy = {
      ...defaultPolicy,
      decodeDeadline: milliseconds(100),
      prefillDeadline: { kind: 'constant' as const, deadline: milliseconds(300) },
    };
    const request = scoreRequest(record([200, 100, 100, 350, 100]), policy);
    const steps = timeInHand(request, policy);
    const at = (ms: number): number => inHandAt(steps, request.firstTokenDeadline ?? 0, ms * 1e6) / 1e6;
    expect(at(0)).toBe(300);
    expect(at(150)).toBe(150);
    expect(at(200)).toBe(200);
    expect(at(700)).toBe(-100);
    expect(at(750)).toBe(100);
    expect(request.missed).toBe(2);
    expect(request.fluidity).toBeCloseTo(4 / 6);
  });
});
