import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyGaps, anyPolicy, anyRecord, recordOf } from '../../test/metrics/any-record.ts';
import { milliseconds, type Nanoseconds } from '../core/units.ts';
import { fluidity } from './fluidity.ts';
import { defaultPolicy, type ScorePolicy } from './policy.ts';
import { timelineFromGaps, timelineOf } from './timeline.ts';

const ms = (gaps: readonly number[]): number[] => gaps.map((gap) => milliseconds(gap));
const times = (count: number, ...gaps: number[]): number[] => Array.from({ length: count }, () => gaps).flat();

const deadlines = (prefill: number, decode: number, more: Partial<ScorePolicy> = {}): ScorePolicy => ({
  ...defaultPolicy,
  prefillDeadline: { kind: 'constant', deadline: milliseconds(prefill) },
  decodeDeadline: milliseconds(decode),
  ...more,
});

/** Worked examples, ms: gaps, D_p, D_d, deadlines met and missed. */
const examples: [name: string, gaps: number[], prefill: number, decode: number, met: number, missed: number][] = [
  ['A: two deadlines pass in one stall', [200, 100, 100, 350, 100], 300, 100, 4, 2],
  ['B: a stall at the start', [300, 350, ...times(8, 100)], 300, 100, 9, 3],
  ['C: the same stall late, banked', [300, ...times(8, 50), 350], 300, 100, 10, 0],
  ['D: a late first token', [720, 100, 100], 300, 100, 2, 5],
  ['E: short gaps before a long one', [100, ...times(10, 10), 150], 100, 100, 12, 0],
  ['F: no spare time before a long one', [100, ...times(10, 100), 150], 100, 100, 11, 1],
  ['G: exactly late', [300, 200, 100], 300, 100, 2, 2],
  ['H: bursts of four after a single first token', [25, ...times(3, 100, 0, 0, 0)], 25, 25, 12, 4],
  ['I: bursts of four from the start', [25, 0, 0, 0, ...times(3, 100, 0, 0, 0)], 25, 25, 16, 0],
  ['J: four tokens in four steps', [10, 0, 0, 30], 10, 10, 4, 0],
  ['K: early stall', [300, 160, ...times(19, 40)], 300, 100, 20, 1],
  ['K: late stall', [300, ...times(19, 40), 160], 300, 100, 21, 0],
];

describe('worked examples', () => {
  for (const [name, gaps, prefill, decode, met, missed] of examples) {
    it(name, () => {
      const account = fluidity(timelineFromGaps(ms(gaps)), deadlines(prefill, decode));
      expect({ met: account.met, missed: account.missed }).toEqual({ met, missed });
      expect(account.index).toBe(met / (met + missed));
    });
  }

  it('H, I and J are the same when the bursts come as chunks', () => {
    const burst = (first: number, chunks: [number, number][]) =>
      fluidity(timelineOf(recordOf([[first, 1], ...chunks]), defaultPolicy), deadlines(25, 25));
    const h = burst(25, [
      [125, 4],
      [225, 4],
      [325, 4],
    ]);
    expect([h.met, h.missed]).toEqual([12, 4]);
    const i = fluidity(
      timelineOf(
        recordOf([
          [25, 4],
          [125, 4],
          [225, 4],
          [325, 4],
        ]),
        defaultPolicy,
      ),
      deadlines(25, 25),
    );
    expect([i.met, i.missed]).toEqual([16, 0]);
  });
});

describe('the account', () => {
  it('says where the stalls were and what the first token left', () => {
    const account = fluidity(timelineFromGaps(ms([200, 100, 100, 350, 100])), deadlines(300, 100), { misses: true });
    expect(account.slackBanked).toBe(milliseconds(100));
    expect(account.firstTokenMissed).toBe(false);
    expect(account.prefillDeadline).toBe(milliseconds(300));
    expect(account.longestStall).toEqual({ wait: milliseconds(350), token: 3 });
    expect(account.firstStallToken).toBe(3);
    expect(account.maxLateness).toBe(milliseconds(150));
    expect(account.misses).toEqual([{ token: 3, deadline: milliseconds(600), arrived: milliseconds(750), missed: 2 }]);
  });

  it('counts the misses of a late first token', () => {
    const account = fluidity(timelineFromGaps(ms([720, 100, 100])), deadlines(300, 100), { misses: true });
    expect(account.firstTokenMissed).toBe(true);
    expect(account.slackBanked).toBe(0);
    expect(account.longestStall).toBeUndefined();
    expect(account.maxLateness).toBe(milliseconds(420));
    expect(account.misses).toEqual([{ token: 0, deadline: milliseconds(300), arrived: milliseconds(720), missed: 5 }]);
  });

  it('has no index without a deadline', () => {
    const single = fluidity(timelineFromGaps(ms([500])), deadlines(100, 50, { ignoreFirstToken: true }));
    expect(single.index).toBeUndefined();
    expect(single.firstTokenMissed).toBeUndefined();
    expect(fluidity(timelineFromGaps([]), defaultPolicy).index).toBeUndefined();
  });

  it('meets a deadline that coincides with a late token under strict ties', () => {
    const gaps = timelineFromGaps(ms([300, 200, 100]));
    const strict = fluidity(gaps, deadlines(300, 100, { ties: 'strict' }));
    expect([strict.met, strict.missed]).toEqual([2, 1]);
  });

  it('banks no more than the cap', () => {
    const gaps = timelineFromGaps(ms([0, 150]));
    expect(fluidity(gaps, deadlines(1000, 100)).missed).toBe(0);
    const capped = fluidity(gaps, deadlines(1000, 100, { slackCap: milliseconds(20) }));
    expect(capped.slackBanked).toBe(milliseconds(20));
    expect(capped.missed).toBe(1);
  });

  it('takes the first deadline from the prompt where there is a curve', () => {
    const policy = deadlines(0, 100, {
      prefillDeadline: { kind: 'curve', a: 1e8, b: 1e6, c: 1e3, slack: milliseconds(50), from: 1, to: 1000, id: 'x' },
    });
    expect(fluidity(timelineFromGaps(ms([300]), 100), policy).prefillDeadline).toBe(1e8 + 1e8 + 1e7 + 5e7);
    expect(fluidity(timelineFromGaps(ms([300])), policy).prefillDeadline).toBeUndefined();
  });
});

describe('properties', () => {
  it('lies between 0 and 1, and every token is met or late once', () => {
    fc.assert(
      fc.property(anyGaps, anyPolicy, (gaps, policy) => {
        const account = fluidity(timelineFromGaps(gaps, 500), policy, { misses: true });
        const late = account.misses?.length ?? 0;
        expect(account.met + late).toBe(policy.ignoreFirstToken ? gaps.length - 1 : gaps.length);
        expect(account.missed).toBe((account.misses ?? []).reduce((sum, miss) => sum + miss.missed, 0));
        if (account.index === undefined) expect(account.met + account.missed).toBe(0);
        else expect(account.index >= 0 && account.index <= 1).toBe(true);
      }),
    );
  });

  it('never falls when the decode deadline grows', () => {
    fc.assert(
      fc.property(anyGaps, anyPolicy, fc.integer({ min: 0, max: 200_000_000 }), (gaps, policy, more) => {
        const timeline = timelineFromGaps(gaps, 500);
        const tight = fluidity(timeline, policy);
        const loose = fluidity(timeline, { ...policy, decodeDeadline: (policy.decodeDeadline + more) as Nanoseconds });
        expect(loose.met).toBeGreaterThanOrEqual(tight.met);
        expect(loose.missed).toBeLessThanOrEqual(tight.missed);
      }),
      { numRuns: 500 },
    );
  });

  it('does not change when a chunk arrives in pieces at the same instant, under burst', () => {
    fc.assert(
      fc.property(anyRecord, anyPolicy, (record, policy) => {
        const burst: ScorePolicy = { ...policy, chunks: 'burst' };
        const { at, tokens, kind, bytes, read } = record.chunks;
        const pieces = Array.from(at, (_, i) => Math.max(1, tokens[i] ?? 0));
        const repeat = (list: ArrayLike<number>): number[] =>
          pieces.flatMap((count, i) => Array.from({ length: count }, () => list[i] ?? 0));
        const split = {
          ...record,
          chunks: {
            at: repeat(at),
            tokens: pieces.flatMap((count, i) => Array.from({ length: count }, () => Math.min(1, tokens[i] ?? 0))),
            kind: repeat(kind),
            bytes: repeat(bytes),
            read: repeat(read),
          },
        };
        expect(fluidity(timelineOf(split, burst), burst)).toEqual(fluidity(timelineOf(record, burst), burst));
      }),
    );
  });
});
