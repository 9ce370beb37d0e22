import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../core/random.ts';
import { shareEvidence } from './sequential-share.ts';

describe('evidence about a share', () => {
  it('starts at nothing', () => {
    const { pass, fail } = shareEvidence(0, 0, 0.01);
    expect(pass).toBeCloseTo(0, 10);
    expect(fail).toBeCloseTo(0, 10);
  });

  it('agrees with the integral of the mixture', () => {
    // ∫ (θ/r)^k ((1−θ)/(1−r))^(n−k) dBeta over each side of r, by the midpoint rule.
    const [k, n, r] = [3, 100, 0.1];
    const strength = 0.5 / (r * (1 - r));
    const [a, b] = [r * strength, (1 - r) * strength];
    const integral = (from: number, to: number, k: number, n: number) => {
      const steps = 200_000;
      let sum = 0;
      // u = θ^a takes the singularity at 0 away.
      const [lo, hi] = [from ** a, to ** a];
      for (let i = 0; i < steps; i++) {
        const theta = (lo + ((hi - lo) * (i + 0.5)) / steps) ** (1 / a);
        sum += (theta / r) ** k * ((1 - theta) / (1 - r)) ** (n - k) * (1 - theta) ** (b - 1);
      }
      return (sum * (hi - lo)) / steps / a;
    };
    const { pass, fail } = shareEvidence(k, n, r);
    expect(pass).toBeCloseTo(Math.log(integral(0, r, k, n) / integral(0, r, 0, 0)), 3);
    expect(fail).toBeCloseTo(Math.log(integral(r, 0.999999, k, n) / integral(r, 0.999999, 0, 0)), 1);
  });

  it('is finite, and grows the way it should with each good and each missed unit', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 3000 }),
        fc.integer({ min: 1, max: 100_000 }),
        fc.constantFrom(0.001, 0.01, 0.1, 0.5),
        (misses, more, allowed) => {
          const n = misses + more;
          const now = shareEvidence(misses, n, allowed);
          const missed = shareEvidence(misses + 1, n + 1, allowed);
          expect(Number.isFinite(Math.max(now.pass, now.fail))).toBe(true);
          expect(missed.pass).toBeLessThanOrEqual(now.pass + 1e-6);
          expect(missed.fail).toBeGreaterThanOrEqual(now.fail - 1e-6);
        },
      ),
    );
  });

  it('is wrong in no more than the promised share of endless looks', () => {
    // At the very edge, looking after every request: each side may err in 2.5 %.
    const random = randomStream(7, 'edge');
    const limit = Math.log(40);
    const wrong = { pass: 0, fail: 0 };
    const trials = 400;
    for (let trial = 0; trial < trials; trial++) {
      let misses = 0;
      const erred = { pass: false, fail: false };
      for (let n = 1; n <= 1500; n++) {
        if (random.next() < 0.1) misses++;
        if (n % 5 !== 0) continue;
        const { pass, fail } = shareEvidence(misses, n, 0.1);
        erred.pass ||= pass >= limit;
        erred.fail ||= fail >= limit;
      }
      if (erred.pass) wrong.pass++;
      if (erred.fail) wrong.fail++;
    }
    expect(wrong.pass).toBeLessThanOrEqual(trials * 0.025 + 8);
    expect(wrong.fail).toBeLessThanOrEqual(trials * 0.025 + 8);
  });
});
