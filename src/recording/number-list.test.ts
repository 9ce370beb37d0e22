import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listDifferences, listNumbers } from './number-list.ts';

describe('a list of numbers', () => {
  it('reads as if it had been joined', () => {
    const number = fc.oneof(
      fc.nat(),
      fc.integer(),
      fc.maxSafeNat(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    );
    fc.assert(
      fc.property(fc.array(number, { maxLength: 50 }), (values) => {
        expect(listNumbers(values)).toBe(values.join());
      }),
    );
    for (const value of [0, 9, 10, 999_999_999, 1_000_000_000, 2 ** 31, 2 ** 53 - 1]) {
      expect(listNumbers([value])).toBe(String(value));
    }
  });

  it('grows with what is put in, and may hold differences', () => {
    const times = Float64Array.from({ length: 50_000 }, (_, i) => 1e13 + i * 7);
    expect(listDifferences(times)).toBe([1e13, ...Array.from({ length: 49_999 }, () => 7)].join());
    expect(listDifferences([5, 3])).toBe('5,-2');
    expect(listDifferences([])).toBe('');
  });
});
