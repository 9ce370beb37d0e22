import { describe, expect, it } from 'vitest';
import { binomialCdf, neededSamples, quantileRanks, shareInterval } from './binomial.ts';

/** Pascal's triangle instead of ratios. */
function cdfBySum(k: number, n: number, p: number): number {
  let choose = 1;
  let sum = 0;
  for (let i = 0; i <= k; i++) {
    sum += choose * p ** i * (1 - p) ** (n - i);
    choose = (choose * (n - i)) / (i + 1);
  }
  return sum;
}

describe('binomial', () => {
  it('sums to the distribution', () => {
    for (const [n, p] of [
      [1, 0.5],
      [10, 0.9],
      [40, 0.03],
      [60, 0.5],
    ] as const) {
      for (let k = 0; k <= n; k++) expect(binomialCdf(k, n, p)).toBeCloseTo(cdfBySum(k, n, p), 12);
    }
    expect(binomialCdf(-1, 10, 0.5)).toBe(0);
    expect(binomialCdf(3, 10, 0)).toBe(1);
    expect(binomialCdf(3, 10, 1)).toBe(0);
  });

  it('is exact on large samples too', () => {
    // Median of a symmetric distribution, and the normal limit two standard deviations out.
    expect(binomialCdf(50_000_000, 100_000_001, 0.5)).toBeCloseTo(0.5, 9);
    expect(binomialCdf(499_000 - 1, 1_000_000, 0.5)).toBeCloseTo(0.02275, 3);
  });

  it('needs the samples of the early-stopping rule', () => {
    expect([0.5, 0.9, 0.95, 0.99, 0.999].map(neededSamples)).toEqual([7, 44, 90, 459, 4603]);
    expect(neededSamples(0.01)).toBe(459);
  });
});

describe('ranks around a quantile', () => {
  it('spans P98.3 to P99.7 for the P99 of 1,000 values', () => {
    expect(quantileRanks(1000, 0.99, 0.95)).toEqual({ low: 983, high: 997 });
  });

  it('covers with at least the confidence asked, and no rank tighter does', () => {
    for (const [n, p] of [
      [500, 0.9],
      [100, 0.5],
      [2000, 0.99],
    ] as const) {
      const { low, high } = quantileRanks(n, p, 0.95) as { low: number; high: number };
      expect(binomialCdf(low - 1, n, p)).toBeLessThanOrEqual(0.025);
      expect(binomialCdf(low, n, p)).toBeGreaterThan(0.025);
      expect(1 - binomialCdf(high - 1, n, p)).toBeLessThanOrEqual(0.025);
      expect(1 - binomialCdf(high - 2, n, p)).toBeGreaterThan(0.025);
    }
  });

  it('is open where the sample cannot say', () => {
    expect(quantileRanks(50, 0.99, 0.95).high).toBeUndefined();
    expect(quantileRanks(50, 0.01, 0.95).low).toBeUndefined();
    expect(quantileRanks(3, 0.5, 0.95)).toEqual({});
    expect(quantileRanks(0, 0.5, 0.95)).toEqual({});
  });
});

describe('interval of a share', () => {
  it('agrees with published Clopper–Pearson values', () => {
    const ten = shareInterval(0, 10, 0.95);
    expect(ten?.low).toBe(0);
    expect(ten?.high).toBeCloseTo(1 - 0.025 ** 0.1, 9);
    // 5 violations in 1,000: 0.2 to 1.2 %.
    const thousand = shareInterval(5, 1000, 0.95);
    expect(thousand?.low).toBeCloseTo(0.001625, 5);
    expect(thousand?.high).toBeCloseTo(0.011629, 5);
    expect(shareInterval(7, 7, 0.95)?.high).toBe(1);
    expect(shareInterval(0, 0, 0.95)).toBeUndefined();
  });
});
