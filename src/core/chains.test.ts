import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Chains } from './chains.ts';

const read = (chains: Chains): number[] => {
  const seen: number[] = [];
  chains.forEach((place) => {
    seen.push(place);
  });
  return seen;
};

describe('chains', () => {
  it('keep every place, and those of one number in order, even where numbers want the same slot', () => {
    const chains = new Chains();
    // 8192 apart: the same slot.
    const number = fc.constantFrom(0, 1, 8192, 8193, 16384, 0xffff_ffff, 0x3fff_ff01);
    fc.assert(
      fc.property(fc.array(number, { maxLength: 3000 }), (numbers) => {
        chains.clear();
        for (const [place, each] of numbers.entries()) chains.add(each, place);
        expect(chains.length).toBe(numbers.length);
        const seen = read(chains);
        expect(seen.toSorted((a, b) => a - b)).toEqual(numbers.map((_, place) => place));
        for (const each of new Set(numbers)) {
          const mine = seen.filter((place) => numbers[place] === each);
          expect(mine).toEqual(mine.toSorted((a, b) => a - b));
        }
      }),
    );
  });

  it('bring the places of a number together, in the order in which the numbers came', () => {
    const chains = new Chains();
    for (const [place, number] of [7, 3, 7, 9, 3, 7].entries()) chains.add(number, place);
    expect(read(chains)).toEqual([0, 2, 5, 1, 4, 3]);
  });
});
