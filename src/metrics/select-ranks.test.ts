import fc from 'fast-check';
import { expect, it } from 'vitest';
import { selectRanks } from './select-ranks.ts';

it('puts every asked rank where sorting would', () => {
  const values = fc.oneof(
    fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 400 }),
    // The zeros are one value here: adding 0 takes the sign off.
    fc.array(
      fc.double({ noNaN: true }).map((value) => value + 0),
      { minLength: 1, maxLength: 400 },
    ),
    fc.integer({ min: 1, max: 2000 }).map((n) => Array.from({ length: n }, (_, i) => i)),
    fc.integer({ min: 1, max: 2000 }).map((n) => Array.from({ length: n }, (_, i) => n - i)),
  );
  fc.assert(
    fc.property(values, fc.array(fc.nat(3000), { maxLength: 8 }), (list, picks) => {
      const ranks = [...new Set(picks.map((pick) => 1 + (pick % list.length)))].sort((a, b) => a - b);
      const selected = Float64Array.from(list);
      selectRanks(selected, ranks);
      const sorted = Float64Array.from(list).sort();
      for (const rank of ranks) expect(selected[rank - 1]).toBe(sorted[rank - 1]);
      expect(selected.sort()).toEqual(sorted);
    }),
    { numRuns: 300 },
  );
});
