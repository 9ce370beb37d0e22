import { describe, expect, it } from 'vitest';
import { TruthColumns } from './truth-columns.ts';

describe('columns of the truth', () => {
  it.each([0, 1, 63, 64, 65, 1000])('keep %i events', (count) => {
    const columns = new TruthColumns();
    for (let i = 0; i < count; i++) columns.push(2 ** 40 + i, 3 * i, i % 5);
    const numbers = Array.from({ length: count }, (_, i) => i);
    expect(columns.at).toEqual(numbers.map((i) => 2 ** 40 + i));
    expect(columns.due).toEqual(numbers.map((i) => 3 * i));
    expect(columns.tokens).toEqual(numbers.map((i) => i % 5));
  });
});
