import { describe, expect, it } from 'vitest';
import { recordOf } from '../../test/metrics/any-record.ts';
import { codes, cutByUs, http503, many, metric, steady } from '../../test/metrics/steady-run.ts';
import { milliseconds, seconds } from '../core/units.ts';
import { defaultPolicy, type ScorePolicy } from './policy.ts';
import { prefillDeadlineFor } from './prefill-deadline.ts';
import { scoreRun } from './score.ts';

const strict: ScorePolicy = { ...defaultPolicy, ignoreFirstToken: true };

describe('what a sample can support', () => {
  it('says so per percentile and in a note', () => {
    const few = scoreRun(
      many(50, (id) => steady(id, 5, 20)),
      defaultPolicy,
    );
    const at = (p: number) => metric(few, 'ttft').percentiles?.find((each) => each.p === p);
    expect(at(90)).toMatchObject({ supported: true, needs: 44, meetsDraftRule: false });
    expect(at(99)).toMatchObject({ supported: false, needs: 459 });
    expect(at(99)?.high).toBeUndefined();
    expect(codes(few)).toContain('few-requests');
  });

  it('has the low tail of what should be high', () => {
    const summary = scoreRun(
      many(20, (id) => steady(id, 5, 20)),
      defaultPolicy,
    );
    expect(metric(summary, 'fluidity').percentiles?.map(({ p }) => p)).toEqual([1, 5, 10, 50, 90, 95, 99]);
  });

  it('has nothing to say of nothing', () => {
    const none = scoreRun([], defaultPolicy);
    expect(codes(none)).toEqual(['no-requests']);
    expect(none.headline.fluidShare.value).toBeUndefined();
    expect(none.headline.fluidShare.reason).toBeDefined();
    expect(none.completionIncidence).toEqual({ time_ms: [], completed: [], failed: [], n: 0, ceiling: 0 });
  });
});

describe('the worst requests', () => {
  it('lists failed ones and the least fluid, worst first', () => {
    const summary = scoreRun(
      [
        ...many(30, (id) => steady(id, 20, 20 + 10 * id)),
        ...Array.from({ length: 15 }, (_, i) => steady(100 + i, 0, 0, http503)),
      ],
      strict,
    );
    expect(summary.worst).toHaveLength(20);
    expect(summary.worst.slice(0, 10).every((entry) => entry.class === 'http 503')).toBe(true);
    expect(summary.worst[10]).toMatchObject({ id: 29, class: 'completed', longestStall_ms: 310, longestStallToken: 1 });
  });
});

describe('the completion-incidence curve', () => {
  it('is the plain share of ended requests when none was cut off', () => {
    const summary = scoreRun(
      [steady(0, 1, 0), steady(1, 2, 100), steady(2, 0, 0, http503), steady(3, 4, 100)],
      defaultPolicy,
    );
    expect(summary.completionIncidence).toEqual({
      time_ms: [0, 100, 200, 400],
      completed: [0, 0.25, 0.5, 0.75],
      failed: [0.25, 0.25, 0.25, 0.25],
      n: 4,
      ceiling: 0.75,
    });
  });

  it('lets those cut off count as under way until then', () => {
    // Of two, one is cut off at 150 ms; the other completes at 200 ms and stands for both.
    const { completionIncidence } = scoreRun(
      [steady(0, 2, 100), recordOf([], { id: 1, endedAt: milliseconds(150), ...cutByUs })],
      defaultPolicy,
    );
    expect(completionIncidence).toMatchObject({ time_ms: [200], completed: [1], ceiling: 1, n: 2 });
  });

  it('stays small, whatever the size of the run', () => {
    const { completionIncidence } = scoreRun(
      many(5000, (id) => steady(id, 2, 1 + id / 10)),
      defaultPolicy,
      { missRateCurve: false },
    );
    expect(completionIncidence.time_ms.length).toBeLessThanOrEqual(202);
    expect(completionIncidence.completed.at(-1)).toBeCloseTo(1, 9);
    expect(completionIncidence.time_ms.at(-1)).toBeCloseTo(100 + 1 + 499.9, 6);
  });
});

describe('the acceptance curve', () => {
  it('counts requests by their minimum deadline, failed ones never', () => {
    const records = [...many(9, (id) => steady(id, 20, 20 + id)), steady(9, 0, 0, http503)];
    const { acceptance, headline } = scoreRun(records, strict);
    const at = (deadline: number) => acceptance.share[acceptance.deadline_ms.indexOf(deadline)];
    expect(acceptance.n).toBe(10);
    expect([at(10), at(19), at(20), at(24), at(50), at(1000)]).toEqual([0, 0, 0.1, 0.5, 0.9, 0.9]);
    expect(headline.fluidShare.value).toBe(at(50));
    expect(acceptance.oneMinusP99MissRate).toHaveLength(acceptance.deadline_ms.length);
    expect(acceptance.oneMinusP99MissRate.at(-1)).toBe(0);
  });

  it('leaves the paper’s series out if asked', () => {
    expect(scoreRun([steady(0, 5, 20)], strict, { missRateCurve: false }).acceptance.oneMinusP99MissRate).toEqual([]);
  });
});

describe('a first-token deadline by a curve', () => {
  it('warns where the curve was not measured', () => {
    const prefillDeadline = {
      kind: 'curve',
      a: 1e7,
      b: 1e5,
      c: 0,
      slack: seconds(1),
      from: 200,
      to: 400,
      id: 'x',
    } as const;
    const summary = scoreRun([steady(0, 5, 20)], { ...defaultPolicy, prefillDeadline });
    expect(codes(summary)).toContain('curve-extrapolated');
    expect(metric(summary, 'above-prefill-curve').n).toBe(1);
  });

  it('counts what a cache left to compute, and says so', () => {
    const curve = { kind: 'curve', a: 1e6, b: 1e5, c: 10, slack: seconds(0), from: 1, to: 400, id: 'x' } as const;
    const at = (promptTokens: number, cachedTokens: number, more = {}) =>
      prefillDeadlineFor({ ...curve, ...more }, { promptTokens, cachedTokens });
    expect(at(400, 0)).toBe(1e6 + 400e5 + 10 * 400 ** 2);
    expect(at(400, 300)).toBe(1e6 + 100e5 + 10 * (400 ** 2 - 300 ** 2));
    expect(at(400, 300, { perCached: 2000 })).toBe(1e6 + 100e5 + 10 * (400 ** 2 - 300 ** 2) + 300 * 2000);
    expect(at(400, 500)).toBe(at(400, 400));
    expect(at(1, 0, { a: -1e9 })).toBe(0);
    const record = steady(0, 5, 20);
    const cached = { ...record, prompt: { reported: 100, cached: 90 } };
    const summary = scoreRun([record, cached], { ...defaultPolicy, prefillDeadline: curve });
    expect(summary.notes.find(({ code }) => code === 'cache-aware-deadline')?.text).toMatch(/part of 1 prompts/);
  });
});

describe('a closed loop', () => {
  it('is said to be one', () => {
    expect(codes(scoreRun([steady(0, 5, 20)], defaultPolicy, { loadModel: 'closed' }))).toContain('closed-loop');
  });
});
