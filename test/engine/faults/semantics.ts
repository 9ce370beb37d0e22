import { expect } from 'vitest';
import { encodeText } from '../../../src/engine/server/prompt-tokens.ts';
import { chunksOf, contentsOf, dataOf, type FaultChecks, usageIn } from './exchange.ts';

/** On the wire: answers that are not what was asked for. */
export const semantics: FaultChecks = {
  'ignores-max-tokens': [
    [
      { fault: 'ignores-max-tokens:2', patience: 1000 },
      ({ body, truth }) => {
        expect(contentsOf(body)).toHaveLength(24);
        expect(usageIn(body)).toBe(24);
        expect(truth.asked_tokens).toBe(24);
      },
    ],
  ],
  'stops-early': [
    [
      { fault: 'stops-early:0.5' },
      ({ body }) => {
        expect(contentsOf(body)).toHaveLength(6);
        expect(body).toContain('"finish_reason":"stop"');
      },
    ],
  ],
  'duplicate-chunks': [
    [
      { fault: 'duplicate-chunks:4' },
      ({ body, truth }) => {
        expect(contentsOf(body)).toHaveLength(15);
        expect(truth.output_tokens).toBe(12);
        expect(usageIn(body)).toBe(12);
      },
    ],
  ],
  'reordered-chunks': [
    [
      { fault: 'reordered-chunks' },
      ({ body, truth }) => {
        expect(contentsOf(body)).toHaveLength(12);
        expect(truth.output_tokens).toBe(12);
        expect([...truth.chunks.due_ns].sort((a, b) => a - b)).not.toEqual(truth.chunks.due_ns);
        expect(dataOf(body).at(-1)).toBe('[DONE]');
      },
    ],
  ],
  're-emit': [
    [
      { fault: 're-emit:5' },
      ({ body }) => {
        const contents = contentsOf(body);
        expect(contents).toHaveLength(17);
        expect(contents.slice(5, 10)).toEqual(contents.slice(0, 5));
      },
    ],
  ],
  'wrong-model': [
    [{ fault: 'wrong-model:other' }, ({ body }) => expect(chunksOf(body)[0]).toMatchObject({ model: 'other' })],
  ],
  'tokenizer-mismatch': [
    [
      { fault: 'tokenizer-mismatch:0.25' },
      ({ body }) => {
        expect(encodeText(contentsOf(body).join(''))).toHaveLength(9);
        expect(usageIn(body)).toBe(12);
      },
    ],
    [
      { fault: 'tokenizer-mismatch:-0.25' },
      ({ body }) => {
        expect(encodeText(contentsOf(body).join('')).length).toBeGreaterThan(13);
        expect(usageIn(body)).toBe(12);
      },
    ],
  ],
};
