import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../core/random.ts';
import { binomialCdf } from '../metrics/binomial.ts';
import { compareValues, type Difference } from './comparison.ts';
import { decideGate, parseGate } from './comparison-gate.ts';
import { differenceLimits, ratioLimits, shareTest, type TwoShares, wilson } from './comparison-share.ts';
import { statisticOf } from './comparison-statistic.ts';
import type { RequestValues } from './comparison-values.ts';
import { normalQuantile } from './normal.ts';

const z = normalQuantile(0.975);
const shares = (a: number, n: number, b: number, m: number, apart?: [number, number]): TwoShares => ({
  baseline: { part: a, of: n },
  candidate: { part: b, of: m },
  ...(apart && { onlyBaseline: apart[0], onlyCandidate: apart[1] }),
});

describe('the difference of two shares', () => {
  it.each([
    // Newcombe 1998, table II, method 10: 56/70 against 48/80, and the cases without any event.
    [shares(48, 80, 56, 70), 0.0524, 0.3339],
    [shares(0, 29, 0, 20), -0.1168, 0.1611],
    [shares(0, 10, 10, 10), 0.6075, 1],
  ])('is that of the literature', (of, low, high) => {
    const limits = differenceLimits(of, z);
    expect(limits.low).toBeCloseTo(low, 3);
    expect(limits.high).toBeCloseTo(high, 3);
  });

  it('is that of the literature where requests were the same', () => {
    // 36 both, 2 and 12 alone, none neither.
    const { low, high } = differenceLimits(shares(38, 50, 48, 50, [2, 12]), z);
    expect(low).toBeGreaterThan(0);
    expect(low).toBeLessThan(0.2);
    expect(high).toBeGreaterThan(0.2);
  });

  it('of nothing against nothing reaches as far as either alone', () => {
    const { high } = wilson({ part: 0, of: 40 }, z);
    for (const apart of [undefined, [0, 0]] as const) {
      const limits = differenceLimits(shares(0, 40, 0, 40, apart && [...apart]), z);
      expect(limits.low).toBeCloseTo(-high, 12);
      expect(limits.high).toBeCloseTo(high, 12);
    }
  });
});

/** P(B = k) of every k. */
const weights = (n: number, p: number): number[] =>
  Array.from({ length: n + 1 }, (_, k) => binomialCdf(k, n, p) - binomialCdf(k - 1, n, p));

/** Exact: every outcome of two binomial draws with its probability. */
function coverage([n, m]: [number, number], [p, q]: [number, number], holds: (of: TwoShares) => boolean): number {
  const [one, other] = [weights(n, p), weights(m, q)];
  let covered = 0;
  for (const [a, weight] of one.entries()) {
    for (const [b, also] of other.entries()) if (holds(shares(a, n, b, m))) covered += weight * also;
  }
  return covered;
}

describe('coverage, summed over every outcome of two draws', () => {
  const size = fc.integer({ min: 15, max: 45 });
  const share = fc.double({ min: 0.001, max: 0.999, noNaN: true });

  it('of a difference is never far below 95 %, however rare the event', () => {
    fc.assert(
      fc.property(size, size, share, share, (n, m, p, q) => {
        const covered = coverage([n, m], [p, q], (of) => {
          const { low, high } = differenceLimits(of, z);
          return low <= q - p && q - p <= high;
        });
        expect(covered).toBeGreaterThan(0.92);
      }),
      { seed: 7, numRuns: 60 },
    );
  });

  it('of a ratio likewise', () => {
    const usual = fc.double({ min: 0.4, max: 0.999, noNaN: true });
    fc.assert(
      fc.property(size, size, usual, usual, (n, m, p, q) => {
        const covered = coverage([n, m], [p, q], (of) => {
          const limits = ratioLimits(of, z);
          return limits === undefined || (limits.low <= q / p && q / p <= limits.high);
        });
        expect(covered).toBeGreaterThan(0.92);
      }),
      { seed: 7, numRuns: 25 },
    );
  });

  it('the test calls equal shares unlike in hardly more than 5 %', () => {
    fc.assert(
      fc.property(size, size, share, (n, m, p) => {
        expect(coverage([n, m], [p, p], (of) => shareTest(of) < 0.05)).toBeLessThan(0.075);
      }),
      { seed: 7, numRuns: 60 },
    );
  });
});

describe('of the same requests', () => {
  it('the interval holds the truth however outcomes go together', () => {
    for (const [both, one, other] of [
      [0.01, 0.01, 0.01],
      [0.8, 0.05, 0.1],
      [0.3, 0.2, 0.05],
    ] as const) {
      const random = randomStream(3, `${both}`);
      let [covered, alarms] = [0, 0];
      const trials = 2000;
      for (let trial = 0; trial < trials; trial++) {
        const drawn = [0, 0, 0, 0];
        for (let i = 0; i < 60; i++) {
          const at = random.next();
          const which = at < both ? 0 : at < both + one ? 1 : at < both + one + other ? 2 : 3;
          drawn[which]!++;
        }
        const [together = 0, only = 0, also = 0] = drawn;
        const of = shares(together + only, 60, together + also, 60, [only, also]);
        const { low, high } = differenceLimits(of, z);
        if (low <= other - one && other - one <= high) covered++;
        if (one === other && shareTest(of) < 0.05) alarms++;
      }
      expect(covered / trials).toBeGreaterThan(0.935);
      expect(alarms / trials).toBeLessThan(0.05);
    }
  });
});

/** A run of which the first `bad` requests failed and the others were as fluid as can be. */
const run = (n: number, bad: number): RequestValues => ({
  ids: Array.from({ length: n }, (_, i) => i),
  columns: new Map([
    ['failed', Array.from({ length: n }, (_, i) => (i < bad ? 1 : 0))],
    ['fluid', Array.from({ length: n }, (_, i) => (i < bad ? 0 : 1))],
    ['fluidity', Array.from({ length: n }, (_, i) => (i < bad ? 0 : 1))],
  ]),
});

describe('runs in which nothing happened', () => {
  const of = (n: number, paired: boolean, bad = 0): Difference[] =>
    compareValues(run(n, bad), [run(n, bad)], {
      statistics: ['error_rate', 'fluid_share', 'fluidity_mean', 'fluidity_p01'].map((id) => statisticOf(id, 0.99)),
      paired,
      seed: 1,
      resamples: 200,
    })[0]!;
  const gate = (text: string, list: Difference[]) => decideGate(parseGate(text), list);

  it.each([true, false])('are no proof of an error rate (paired: %s)', (paired) => {
    const few = of(40, paired);
    expect(few[0]).toMatchObject({ change: 0, p: 1, direction: 'no clear difference' });
    expect(few[0]?.high).toBeCloseTo(0.0876, 3);
    expect(gate('error_rate > 0.5%', few)).toMatchObject({ outcome: 'undecided' });
    expect(gate('error_rate > 0.5%', few).explain).toContain('+8.8 pt');
    expect(gate('error_rate > 0.005', few).outcome).toBe('undecided');
    expect(gate('error_rate > 10%', few).outcome).toBe('passed');
    expect(gate('error_rate > 0.5%', of(1000, paired)).outcome).toBe('passed');
  });

  it.each([true, false])('nor of answers that are all fluid (paired: %s)', (paired) => {
    const few = of(40, paired);
    for (const text of ['fluid_share < -2%', 'fluidity_mean < -2%', 'fluidity_p01 < -2%']) {
      expect(gate(text, few).outcome).toBe('undecided');
      expect(gate(text, of(1000, paired)).outcome).toBe('passed');
    }
    expect(few[3]).toMatchObject({ change: 0, direction: 'cannot tell' });
  });

  it('no share of answers is fluid on either side: a ratio of nothing is not told', () => {
    const none = of(40, true, 40);
    expect(none[1]).toMatchObject({ baseline: 0, candidate: 0, direction: 'cannot tell' });
    expect(gate('fluid_share < -2%', none).outcome).toBe('undecided');
  });
});

it('never makes an interval narrower than the bootstrap', () => {
  fc.assert(
    fc.property(fc.integer({ min: 30, max: 80 }), fc.nat(30), fc.nat(30), fc.boolean(), (n, a, b, paired) => {
      const [list] = compareValues(run(n, a), [run(n, b)], {
        statistics: [statisticOf('error_rate', 0.99)],
        paired,
        seed: 1,
        resamples: 100,
      });
      const { low = 0, high = 0, change = 0 } = list![0]!;
      expect(low).toBeLessThan(change);
      expect(high).toBeGreaterThan(change);
    }),
    { seed: 7, numRuns: 30 },
  );
});
