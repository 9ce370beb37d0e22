import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linearQuantile, orderStatistic, rankOf } from './order-statistic.ts';

describe('order statistic', () => {
  it('has rank ⌈p · n⌉, however the product rounds', () => {
    expect(rankOf(0.99, 100)).toBe(99);
    expect(rankOf(0.99, 101)).toBe(100);
    // 0.07 · 100 is 7.000000000000001.
    expect(rankOf(0.07, 100)).toBe(7);
    expect(rankOf(0.999, 100_000_000)).toBe(99_900_000);
    expect(rankOf(0, 5)).toBe(1);
    expect(rankOf(1, 5)).toBe(5);
  });

  it('is a measured value with at least p of them at or below it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 100 }),
        (list, percent) => {
          const sorted = Float64Array.from(list).sort();
          const value = orderStatistic(sorted, percent / 100) as number;
          expect(list).toContain(value);
          expect(list.filter((each) => each <= value).length * 100).toBeGreaterThanOrEqual(percent * list.length);
          expect(list.filter((each) => each < value).length * 100).toBeLessThan(percent * list.length);
        },
      ),
    );
  });

  it('does not exist without values', () => {
    expect(orderStatistic([], 0.5)).toBeUndefined();
    expect(linearQuantile([], 0.5)).toBeUndefined();
  });
});

describe('linear interpolation', () => {
  it('agrees with NumPy', () => {
    expect(linearQuantile([1, 2, 3, 4], 0.5)).toBe(2.5);
    expect(linearQuantile([0, 10], 0.99)).toBeCloseTo(9.9, 12);
    expect(linearQuantile([7], 0.99)).toBe(7);
  });

  it('is not spoilt by a neighbour at infinity that has no weight', () => {
    expect(linearQuantile([1, 2, Number.POSITIVE_INFINITY], 0.5)).toBe(2);
    expect(linearQuantile([1, Number.POSITIVE_INFINITY], 0.5)).toBe(Number.POSITIVE_INFINITY);
  });
});
