import { describe, expect, it } from 'vitest';
import { parsePeerOptions } from '../../bench/peers/choose.mjs';

describe('options of bench:peers', () => {
  it('has each load once if nothing is said, and as often as asked', () => {
    expect(parsePeerOptions([]).repeats).toBe(1);
    expect(parsePeerOptions(['--repeats', '3']).repeats).toBe(3);
  });

  it.each(['0', '-1', '1.5', 'x', ''])('refuses %j repeats', (repeats) => {
    expect(() => parsePeerOptions([`--repeats=${repeats}`])).toThrow('a whole number from 1');
  });
});
