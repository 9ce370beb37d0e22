import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Tokenizer } from '../tokenizers/index.ts';
import { tokenizers } from '../tokenizers/index.ts';
import { nonce } from './nonce.ts';
import { createPromptWriter } from './prompt-writer.ts';
import { vocabularyOf } from './vocabulary.ts';

const o200k = tokenizers.get('o200k');
/** Another that counts every prompt, since nobody knows what it makes of the corpus. */
const { corpusWords: _, ...uncounted } = o200k;
const cold = createPromptWriter({ tokenizer: o200k, key: '1/', cache: 'cold' });

/** A first block of the smallest prefix cache in use. */
const block = (text: string): string => text.split(' ').slice(0, 8).join(' ');

describe('a prompt', () => {
  it('has exactly the tokens it was asked for', () => {
    fc.assert(
      fc.property(
        fc.nat(2 ** 31),
        fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 3000 })),
        (id, n) => {
          expect(o200k.count(cold(id, n))).toBe(n);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('is exact at every short length and at one longer than any context', () => {
    for (let tokens = 1; tokens <= 200; tokens++) expect(o200k.count(cold(tokens, tokens))).toBe(tokens);
    expect(o200k.count(cold(5, 200_000))).toBe(200_000);
  });

  it('is the same whether its words were counted before or its text is counted now', () => {
    const counting = createPromptWriter({ tokenizer: uncounted, key: '1/', cache: 'cold' });
    fc.assert(
      fc.property(fc.nat(2 ** 31), fc.integer({ min: 1, max: 600 }), (id, n) => {
        expect(cold(id, n)).toBe(counting(id, n));
      }),
    );
  });

  it('is the same whenever and wherever it is written', () => {
    const elsewhere = createPromptWriter({ tokenizer: o200k, key: '1/', cache: 'cold' });
    for (let id = 9; id >= 0; id--) elsewhere(id, 40);
    expect(elsewhere(3, 100)).toBe(cold(3, 100));
  });

  it('shares no beginning with another of the same run', () => {
    const prompts = Array.from({ length: 3000 }, (_, id) => cold(id, 64));
    expect(new Set(prompts.map(block)).size).toBe(3000);
    expect(new Set(prompts.slice(0, 700).map((text) => text.split(' ')[0])).size).toBe(700);
  });

  it('shares no beginning with a run of another key', () => {
    const other = createPromptWriter({ tokenizer: o200k, key: '2/', cache: 'cold' });
    const ours = new Set(Array.from({ length: 2000 }, (_, id) => block(cold(id, 64))));
    expect(Array.from({ length: 2000 }, (_, id) => block(other(id, 64))).filter((text) => ours.has(text))).toEqual([]);
  });

  it('is unique as long as its length allows', () => {
    expect(new Set(Array.from({ length: 700 }, (_, id) => cold(id, 1))).size).toBe(700);
    expect(new Set(Array.from({ length: 20_000 }, (_, id) => cold(id, 2))).size).toBe(20_000);
  });

  it('begins like every other when the cache shall be warm', () => {
    const warm = createPromptWriter({ tokenizer: o200k, key: 'warm/', cache: 'warm' });
    expect(warm(1, 300)).toBe(warm(2, 300));
    expect(warm(3, 600).startsWith(warm(4, 300).split(' ').slice(0, 200).join(' '))).toBe(true);
    expect(o200k.count(warm(9, 77))).toBe(77);
  });

  it('is exact too under a tokenizer whose counts do not add up at spaces', () => {
    const quarters: Tokenizer = {
      ...uncounted,
      kind: 'quarters',
      id: 'one token for every four characters begun',
      count: (text) => Math.ceil(text.length / 4),
    };
    const write = createPromptWriter({ tokenizer: quarters, key: '1/', cache: 'cold' });
    for (let tokens = 20; tokens < 400; tokens += 7) expect(quarters.count(write(tokens, tokens))).toBe(tokens);
  });

  it('says so where no exact prompt exists', () => {
    const even: Tokenizer = { ...uncounted, kind: 'even', id: 'even', count: (text) => 2 * text.split(' ').length };
    expect(() => createPromptWriter({ tokenizer: even, key: '1/', cache: 'cold' })(0, 33)).toThrow(
      /33 tokens under even/,
    );
  });
});

describe('the vocabulary', () => {
  it('has counts that add up, sentence by sentence and word by word', () => {
    const { sentences, markers } = vocabularyOf(o200k);
    for (const { tokens, words } of sentences) {
      expect(words.reduce((sum, word) => sum + word.tokens, 0)).toBe(tokens);
    }
    expect(o200k.count(sentences.map(({ text }) => text).join(''))).toBe(
      sentences.reduce((sum, { tokens }) => sum + tokens, 0),
    );
    expect(markers.length).toBeGreaterThan(500);
  });
});

const counted = tokenizers.all
  .filter(({ corpusWords }) => corpusWords)
  .map((tokenizer) => [tokenizer.kind, tokenizer] as const);

describe.each(counted)('words that were counted before with %s', (_kind, tokenizer) => {
  it('are what it counts now', () => {
    const { corpusWords: _words, ...counting } = tokenizer;
    expect(vocabularyOf(tokenizer)).toEqual({ ...vocabularyOf(counting), addsUp: true });
  });
});

describe('nonce', () => {
  it('never gives two ids the same places while the places can tell them apart', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 2, max: 12 }), fc.integer({ min: 1, max: 3 }), (key, base, places) => {
        const ids = Math.min(base ** places, 500);
        const seen = new Set(Array.from({ length: ids }, (_, id) => nonce(id, key, base, places).join()));
        expect(seen.size).toBe(ids);
      }),
    );
  });
});
