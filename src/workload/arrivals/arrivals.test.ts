import { describe, expect, it } from 'vitest';
import { randomStream } from '../../core/random.ts';
import type { ArrivalDefinition, ArrivalOptions } from './arrival.ts';
import { arrivals } from './index.ts';

const gapCount = 200_000;

function draw(process: ArrivalDefinition, options: ArrivalOptions, seed: number, count = gapCount): Float64Array {
  const gaps = process.gaps(options, randomStream(seed, 'arrivals'));
  return Float64Array.from({ length: count }, () => {
    const next = gaps.next();
    if (next.done) throw new Error('the process ended');
    return next.value;
  });
}

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function variation(values: Float64Array): number {
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / values.length) / centre;
}

/** What every process must keep, whatever it is. */
function arrivalContract(process: ArrivalDefinition, options: ArrivalOptions): void {
  const rate = process.rate(options);

  it('takes its own example', () => {
    expect(process.options.safeParse(options).success).toBe(true);
  });

  it('draws whole nanoseconds, none of them negative', () => {
    for (const gap of draw(process, options, 1, 5000)) {
      expect(Number.isSafeInteger(gap) && gap >= 0).toBe(true);
    }
  });

  it('draws the same gaps from the same seed', () => {
    expect(draw(process, options, 7, 1000)).toEqual(draw(process, options, 7, 1000));
  });

  it('keeps its stated rate within 1 %', () => {
    if (rate === undefined) expect(mean(draw(process, options, 3))).toBe(0);
    else expect(1e9 / mean(draw(process, options, 3)) / rate).toBeCloseTo(1, 2);
  });

  it('keeps its rate when asked for many a second', () => {
    if (rate === undefined) return expect(process.endsByDuration).toBe(false);
    const fast = { ...options, rate: 12_345 };
    return expect(1e9 / mean(draw(process, fast, 3)) / 12_345).toBeCloseTo(1, 2);
  });
}

describe.each(arrivals.all.map((process) => [process.kind, process] as const))('%s arrivals', (_, process) => {
  arrivalContract(process, process.example);
});

describe('variation of the gaps', () => {
  it.each([
    ['poisson', { rate: 5 }, 1],
    ['gamma', { rate: 5, cv: 2 }, 2],
    ['gamma', { rate: 5, cv: 1 }, 1],
    ['gamma', { rate: 5, cv: 0.5 }, 0.5],
    ['constant', { rate: 5 }, 0],
  ])('of %s with %o is %f', (kind, options, expected) => {
    expect(Math.abs(variation(draw(arrivals.get(kind), options, 11)) - expected)).toBeLessThan(0.02 + expected * 0.02);
  });
});

describe('poisson', () => {
  const poisson = arrivals.get('poisson');

  it('is exponential: Kolmogorov–Smirnov distance below the 1 % bound', () => {
    const sorted = draw(poisson, { rate: 5 }, 5).sort();
    const distance = sorted.reduce((most, gap, i) => {
      const expected = 1 - Math.exp((-gap * 5) / 1e9);
      return Math.max(most, Math.abs(expected - i / gapCount), Math.abs(expected - (i + 1) / gapCount));
    }, 0);
    expect(distance).toBeLessThan(1.63 / Math.sqrt(gapCount));
  });

  it('is not clipped: one gap in twenty is longer than three means', () => {
    const long = draw(poisson, { rate: 5 }, 5).filter((gap) => gap > 3 * 2e8).length / gapCount;
    expect(long).toBeCloseTo(Math.exp(-3), 2);
    expect(Math.max(...draw(poisson, { rate: 5 }, 5, 100_000))).toBeGreaterThan(8 * 2e8);
  });

  it('counts arrivals per second with a variance equal to their mean', () => {
    const perSecond = new Map<number, number>();
    let time = 0;
    for (const gap of draw(poisson, { rate: 20 }, 9)) {
      time += gap;
      const second = Math.floor(time / 1e9);
      perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
    }
    const counts = Float64Array.from({ length: Math.floor(time / 1e9) }, (_, second) => perSecond.get(second) ?? 0);
    const dispersion = variation(counts) ** 2 * mean(counts);
    expect(dispersion).toBeGreaterThan(0.95);
    expect(dispersion).toBeLessThan(1.05);
  });
});

describe('constant', () => {
  it('starts at once and never drifts, also where a gap is no whole number of nanoseconds', () => {
    const gaps = draw(arrivals.get('constant'), { rate: 3 }, 1, 3_000_001);
    const last = gaps.reduce((sum, gap) => sum + gap, 0);
    expect(gaps[0]).toBe(0);
    expect(last).toBe(1_000_000 * 1e9);
  });
});
