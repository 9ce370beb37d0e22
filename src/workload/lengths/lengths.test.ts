import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../core/random.ts';
import { lengths } from './index.ts';
import type { LengthDefinition, LengthOptions } from './length.ts';

function draw(length: LengthDefinition, options: LengthOptions, seed: number | string, count: number): number[] {
  const next = length.draw(options);
  const random = randomStream(seed, 'lengths');
  return Array.from({ length: count }, () => next(random));
}

const quantile = (values: readonly number[], p: number): number =>
  [...values].sort((a, b) => a - b)[Math.ceil(p * values.length) - 1] ?? 0;

describe.each(lengths.all.map((length) => [length.kind, length] as const))('%s lengths', (_, length) => {
  it('take their own example', () => {
    expect(length.options.parse(length.example)).toEqual(length.example);
  });

  it('are whole numbers of at least one token', () => {
    for (const tokens of draw(length, length.example, 1, 5000)) {
      expect(Number.isSafeInteger(tokens) && tokens >= 1).toBe(true);
    }
  });

  it('are the same from the same seed', () => {
    expect(draw(length, length.example, 4, 500)).toEqual(draw(length, length.example, 4, 500));
  });

  it('have no shorthand for a word that is not theirs', () => {
    expect(length.shorthand?.('many')).toBeUndefined();
  });
});

describe('shorthands', () => {
  it.each([
    ['fixed', '512', { tokens: 512 }],
    ['uniform', '100..2000', { min: 100, max: 2000 }],
  ])('%s reads %s', (kind, text, options) => {
    expect(lengths.get(kind).shorthand?.(text)).toEqual(options);
  });
});

describe('uniform', () => {
  it('reaches both ends and is level in between', () => {
    const drawn = draw(lengths.get('uniform'), { min: 3, max: 7 }, 1, 50_000);
    for (let tokens = 3; tokens <= 7; tokens++) {
      expect(drawn.filter((t) => t === tokens).length / drawn.length).toBeCloseTo(0.2, 1);
    }
    expect(new Set(drawn)).toEqual(new Set([3, 4, 5, 6, 7]));
  });

  it('refuses min above max', () => {
    expect(lengths.get('uniform').options.safeParse({ min: 9, max: 3 }).error?.issues[0]?.message).toBe(
      'min is greater than max',
    );
  });
});

describe('lognormal', () => {
  const lognormal = lengths.get('lognormal');

  it('has the median and the 90th percentile it was asked for', () => {
    const drawn = draw(lognormal, { median: 512, p90: 2000, min: 1 }, 2, 100_000);
    expect(quantile(drawn, 0.5) / 512).toBeCloseTo(1, 1);
    expect(quantile(drawn, 0.9) / 2000).toBeCloseTo(1, 1);
  });

  it('has the sigma it was asked for', () => {
    const logarithms = draw(lognormal, { median: 5000, sigma: 0.5, min: 1 }, 2, 50_000).map(Math.log);
    const mean = logarithms.reduce((sum, x) => sum + x, 0) / logarithms.length;
    const variance = logarithms.reduce((sum, x) => sum + (x - mean) ** 2, 0) / logarithms.length;
    expect(Math.sqrt(variance)).toBeCloseTo(0.5, 2);
  });

  it('is cut by drawing again, so that no length piles up at its ends', () => {
    const drawn = draw(lognormal, { median: 512, p90: 2000, min: 100, max: 1000 }, 3, 50_000);
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(100);
    expect(Math.max(...drawn)).toBeLessThanOrEqual(1000);
    const atTheEnds = drawn.filter((tokens) => tokens === 100 || tokens === 1000).length / drawn.length;
    expect(atTheEnds).toBeLessThan(0.005);
  });

  it.each([
    [{ median: 512 }, 'give exactly one of p90 and sigma'],
    [{ median: 512, p90: 900, sigma: 1 }, 'give exactly one of p90 and sigma'],
    [{ median: 512, p90: 100 }, 'p90 is less than median'],
    [{ median: 512, p90: 2000, min: 90, max: 80 }, 'min is greater than max'],
    [{ median: 512, sigma: 0.1, max: 100 }, 'min and max keep only 0.00 % of this distribution'],
    [{ median: 512, sigma: 0, max: 100 }, 'min and max keep only 0.00 % of this distribution'],
  ])('refuses %o', (options, message) => {
    expect(lognormal.options.safeParse(options).error?.issues.map((issue) => issue.message)).toEqual([message]);
  });
});

describe('empirical', () => {
  const empirical = lengths.get('empirical');

  it('is linear between the points of its table', () => {
    const table = [
      [0, 100],
      [0.5, 200],
      [1, 1000],
    ] as const;
    const drawn = draw(empirical, { table }, 5, 100_000);
    expect(quantile(drawn, 0.25)).toBeGreaterThan(147);
    expect(quantile(drawn, 0.25)).toBeLessThan(153);
    expect(quantile(drawn, 0.75) / 600).toBeCloseTo(1, 1);
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(100);
    expect(Math.max(...drawn)).toBeLessThanOrEqual(1000);
  });

  it('never leaves its table', () => {
    const tables = fc
      .array(fc.tuple(fc.double({ min: 0.001, max: 0.999, noNaN: true }), fc.integer({ min: 1, max: 9999 })), {
        maxLength: 8,
      })
      .map((points) => {
        const shares = [0, ...new Set(points.map(([share]) => share))].sort((a, b) => a - b).concat(1);
        const tokens = [...points.map(([, t]) => t), 5, 500, 7].sort((a, b) => a - b);
        return shares.map((share, i) => [share, tokens[i] ?? 10_000] as const);
      });
    fc.assert(
      fc.property(tables, fc.integer(), (table, seed) => {
        expect(empirical.options.safeParse({ table }).success).toBe(true);
        const [least, most] = [table[0]?.[1] ?? 0, table.at(-1)?.[1] ?? 0];
        for (const tokens of draw(empirical, { table }, seed, 50)) {
          expect(tokens >= least && tokens <= most).toBe(true);
        }
      }),
    );
  });

  it('draws every row equally often', () => {
    const drawn = draw(empirical, { rows: [10, 20, 30, 40] }, 6, 20_000);
    expect(drawn.filter((tokens) => tokens === 20).length / drawn.length).toBeCloseTo(0.25, 1);
    expect(new Set(drawn)).toEqual(new Set([10, 20, 30, 40]));
  });

  it('takes what a file says into its options', () => {
    const read = (file: string): string => (file === 'a.csv' ? 'tokens\n5\n6\n' : '');
    expect(empirical.inline?.({ file: 'a.csv' }, read)).toEqual({ rows: [5, 6] });
    expect(empirical.inline?.({ rows: [1] }, read)).toEqual({ rows: [1] });
  });

  it.each([
    [{}, 'give exactly one of table, file and rows'],
    [{ file: 'x', rows: [1] }, 'give exactly one of table, file and rows'],
    [{ rows: [1], column: 'x' }, 'column needs a file'],
    [
      {
        table: [
          [0, 5],
          [0.9, 9],
        ],
      },
      'the table must start at share 0 and end at share 1',
    ],
    [
      {
        table: [
          [0, 5],
          [0.5, 9],
          [0.5, 9],
          [1, 10],
        ],
      },
      'the shares of the table must ascend',
    ],
    [
      {
        table: [
          [0, 5],
          [0.5, 3],
          [1, 10],
        ],
      },
      'the lengths of the table must not fall',
    ],
  ])('refuses %o', (options, message) => {
    expect(empirical.options.safeParse(options).error?.issues.map((issue) => issue.message)).toEqual([message]);
  });
});
