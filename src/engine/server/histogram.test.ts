import { describe, expect, it } from 'vitest';
import { Histogram } from './histogram.ts';

describe('a histogram', () => {
  it('puts a value into the first bucket whose bound is not below it', () => {
    const histogram = new Histogram([1, 2, 5]);
    for (const value of [0, 1, 1.5, 2, 4, 6, 7]) histogram.observe(value);
    expect(histogram.cumulative()).toEqual([2, 4, 5, 7]);
    expect([histogram.count, histogram.sum]).toEqual([7, 21.5]);
  });

  it('names the bound below which a share of the values lies', () => {
    const histogram = new Histogram([1, 2, 5]);
    expect(histogram.quantile(0.5)).toBeUndefined();
    histogram.observe(0.5, 98);
    histogram.observe(1.5);
    histogram.observe(100);
    expect([0.5, 0.98, 0.99, 1].map((share) => histogram.quantile(share))).toEqual([1, 1, 2, Number.POSITIVE_INFINITY]);
  });
});
