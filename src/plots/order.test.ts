import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ascending, evenly, niceStep, orderStatistic, shareUpTo } from './order.ts';

describe('order', () => {
  it('takes the ⌈p·n⌉-th value', () => {
    const sorted = ascending([5, 1, 4, 2, 3]);
    expect([0, 0.2, 0.21, 0.5, 0.99, 1].map((p) => orderStatistic(sorted, p))).toEqual([1, 1, 2, 3, 5, 5]);
    expect(orderStatistic([], 0.5)).toBeUndefined();
  });

  it('counts what is at most a value', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1 }),
        fc.integer({ min: -1, max: 21 }),
        (values, x) => {
          expect(shareUpTo(ascending(values), x)).toBeCloseTo(
            values.filter((value) => value <= x).length / values.length,
          );
        },
      ),
    );
  });

  it('thins evenly, with both ends', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 500 }), fc.integer({ min: 2, max: 100 }), (n, most) => {
        const thin = evenly(
          Array.from({ length: n }, (_, i) => i),
          most,
        );
        expect(thin.length).toBe(Math.min(n, most));
        expect([thin[0], thin.at(-1)]).toEqual([0, n - 1]);
        expect(new Set(thin).size).toBe(thin.length);
      }),
    );
  });

  it('steps by 1, 2 or 5', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e9, noNaN: true }), fc.integer({ min: 1, max: 50 }), (span, most) => {
        const step = niceStep(span, most);
        expect(span / step).toBeLessThanOrEqual(most * (1 + 1e-6));
        const digit = Number((step / 10 ** Math.floor(Math.log10(step) + 1e-9)).toPrecision(3));
        expect([1, 2, 5, 10]).toContain(digit);
      }),
    );
  });
});
