import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GapStore } from './gap-store.ts';

const request = fc.record({
  start: fc.nat(1e9),
  gaps: fc.array(
    fc.oneof(
      fc.constant(0),
      fc.nat(100),
      fc.nat(300_000_000),
      fc.nat(20_000_000_000).map((gap) => gap + 4e9),
    ),
    { maxLength: 20 },
  ),
  extraZeros: fc.nat(3),
});

const timesOf = (start: number, gaps: readonly number[]): Float64Array => {
  let now = start;
  return Float64Array.from([
    start,
    ...gaps.map((gap) => {
      now += gap;
      return now;
    }),
  ]);
};

describe('pooled waits', () => {
  it('has the order statistics, mean and extremes of what went in', () => {
    fc.assert(
      fc.property(fc.array(request, { maxLength: 12 }), fc.boolean(), (requests, withExtraZeros) => {
        const store = new GapStore();
        for (const { start, gaps, extraZeros } of requests) {
          store.addRequest(timesOf(start, gaps), gaps.length + 1, extraZeros);
        }
        const all = requests.flatMap(({ gaps, extraZeros }) => [
          ...gaps,
          ...Array.from({ length: withExtraZeros ? extraZeros : 0 }, () => 0),
        ]);
        const sorted = Float64Array.from(all).sort();
        const population = store.population(withExtraZeros);
        expect(population.n).toBe(sorted.length);
        if (sorted.length === 0) {
          expect([population.min, population.max, population.mean]).toEqual([undefined, undefined, undefined]);
          return;
        }
        const ranks = Array.from(sorted, (_, i) => i + 1);
        expect(population.at(ranks)).toEqual(Array.from(sorted, (gap) => gap / 1e6));
        expect(population.min).toBe((sorted[0] ?? 0) / 1e6);
        expect(population.max).toBe((sorted[sorted.length - 1] ?? 0) / 1e6);
        expect(population.mean).toBeCloseTo(all.reduce((sum, gap) => sum + gap, 0) / all.length / 1e6, 6);
      }),
    );
  });

  it('keeps more waits than one block holds', () => {
    const store = new GapStore();
    const perRequest = 1 << 16;
    const gaps = Array.from({ length: perRequest }, (_, i) => 1 + ((i * 7919) % perRequest));
    for (let i = 0; i < 40; i++) store.addRequest(timesOf(0, gaps), gaps.length + 1);
    const population = store.population(false);
    expect(population.n).toBe(40 * perRequest);
    expect(population.at([1, 20 * perRequest, 40 * perRequest])).toEqual([
      1e-6,
      perRequest / 2 / 1e6,
      perRequest / 1e6,
    ]);
  });

  it('knows that waits of one request go together', () => {
    const together = new GapStore();
    const apart = new GapStore();
    for (let i = 0; i < 200; i++) {
      // The same waits: all long ones in one request of ten, or one long wait in each request.
      const slow = i % 10 === 0;
      together.addRequest(
        timesOf(
          0,
          Array.from({ length: 10 }, () => (slow ? 100 : 1) * 1e6),
        ),
        11,
      );
      apart.addRequest(
        timesOf(
          0,
          Array.from({ length: 10 }, (_, j) => (j === 0 ? 100 : 1) * 1e6),
        ),
        11,
      );
    }
    expect(together.population(false).designEffects?.([50])[0]).toBeCloseTo(10, 0);
    expect(apart.population(false).designEffects?.([50])[0]).toBe(1);
    const single = new GapStore();
    single.addRequest(timesOf(0, [1, 2, 3]), 4);
    expect(single.population(false).designEffects?.([2e-6])).toEqual([Number.POSITIVE_INFINITY]);
  });
});
