import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../core/random.ts';
import { answerText, answerVocabulary } from './answer-text.ts';
import { encodeText } from './prompt-tokens.ts';

describe('answer text', () => {
  it('has only words that are one token', () => {
    const others = answerVocabulary().filter((text) => encodeText(text).length !== 1);
    expect(others).toEqual([]);
    expect(answerVocabulary().length).toBeGreaterThan(200);
  });

  it('counts as many tokens as it has, for any seed and length', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 300 }), (seed, tokens) => {
        const next = answerText(randomStream(seed, 'text'));
        const texts = Array.from({ length: tokens }, next);
        expect(encodeText(texts.join(''))).toHaveLength(tokens);
        expect(new Set([...answerVocabulary(), ...texts]).size).toBe(answerVocabulary().length);
      }),
      { numRuns: 100 },
    );
  });

  it('starts without a space and is the same for the same seed', () => {
    const write = () => {
      const next = answerText(randomStream(3, 'text'));
      return Array.from({ length: 40 }, next).join('');
    };
    expect(write()).toMatch(/^[A-Z][a-z]+ /);
    expect(write()).toBe(write());
  });
});
