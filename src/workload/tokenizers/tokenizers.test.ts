import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokenizers } from './index.ts';

/** Cuts a text at arbitrary places. */
const pieces = fc
  .tuple(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.array(fc.nat(60), { maxLength: 8 }))
  .map(([text, cuts]) => {
    const places = [0, ...[...cuts].sort((a, b) => a - b), text.length];
    return places.slice(1).map((end, i) => text.slice(places[i] ?? 0, end));
  });

describe.each(tokenizers.all.map((tokenizer) => [tokenizer.kind, tokenizer] as const))('%s', (_, tokenizer) => {
  it('counts nothing in nothing', () => {
    expect(tokenizer.count('')).toBe(0);
    expect(tokenizer.countPieces([])).toEqual([]);
    expect(tokenizer.countPieces(['', ''])).toEqual([0, 0]);
  });

  it('counts of pieces add up to the count of the whole, wherever the text was cut', () => {
    fc.assert(
      fc.property(pieces, (cut) => {
        const counts = tokenizer.countPieces(cut);
        expect(counts).toHaveLength(cut.length);
        expect(counts.every((count) => Number.isInteger(count) && count >= 0)).toBe(true);
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(tokenizer.count(cut.join('')));
      }),
      { numRuns: 300 },
    );
  });

  it('counts a long text in pieces as it does the whole, and gives up beyond what it is told', () => {
    const words = fc.array(fc.constantFrom(' the', ' wea', 'ther', '', ' ', '  \n', '.', ' 1234', '👍', ' ok/', "'s"), {
      minLength: 100,
      maxLength: 400,
    });
    fc.assert(
      fc.property(words, fc.nat(500), (cut, most) => {
        const counts = tokenizer.countPieces(cut);
        const total = counts.reduce((sum, count) => sum + count, 0);
        expect(total).toBe(tokenizer.count(cut.join('')));
        expect(tokenizer.countPieces(cut, most)).toEqual(total > most ? undefined : counts);
      }),
      { numRuns: 200 },
    );
  });

  it('takes names of special tokens as plain text', () => {
    expect(tokenizer.count('a <|endoftext|> b')).toBeGreaterThan(5);
  });
});

describe('o200k', () => {
  const o200k = tokenizers.get('o200k');

  it.each([
    ['hello', 1],
    [' hello world', 2],
    ['The quick brown fox jumps over the lazy dog.', 10],
  ])('counts %j as %i', (text, tokens) => {
    expect(o200k.count(text)).toBe(tokens);
  });

  it('gives a token to the piece that holds its first byte', () => {
    expect(o200k.countPieces(['hel', 'lo', ' wor', 'ld', '.'])).toEqual([1, 0, 1, 0, 1]);
    expect(o200k.countPieces(['', 'hello', '', ' world'])).toEqual([0, 1, 0, 1]);
  });
});
