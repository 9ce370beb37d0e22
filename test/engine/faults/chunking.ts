import { expect } from 'vitest';
import { encodeText } from '../../../src/engine/server/prompt-tokens.ts';
import { contentsOf, expectWhole, type FaultChecks, usageIn } from './exchange.ts';

/** On the wire: how tokens are put into events and writes. */
export const chunking: FaultChecks = {
  'multi-token': [
    [
      { fault: 'multi-token:5' },
      ({ body, truth }) => {
        expectWhole(body);
        expect(contentsOf(body).map((text) => encodeText(text).length)).toEqual([5, 5, 2]);
        expect(truth.chunks.tokens).toEqual([5, 5, 2]);
      },
    ],
  ],
  coalesce: [
    [
      { fault: 'coalesce:4' },
      ({ body, truth }) => {
        expectWhole(body);
        // The role is the first of four events in the first write.
        expect(new Set(truth.chunks.at_ns).size).toBe(4);
        expect(truth.chunks.tokens).toEqual(Array(12).fill(1));
      },
    ],
  ],
  'split-event': [
    [
      { fault: 'split-event:7', tokens: 12 },
      ({ body, raw }) => {
        expectWhole(body);
        expect(raw.toString('latin1')).toMatch(/\r\n7\r\ndata: \{\r\n/);
      },
    ],
    [
      { fault: 'split-event', tokens: 40 },
      ({ body, raw }) => {
        expect(contentsOf(body)).toHaveLength(40);
        const cuts = [...raw.toString('latin1').matchAll(/\r\n([0-9a-f]+)\r\n(?=d)/g)].map(([, size]) =>
          Number(`0x${size}`),
        );
        for (let offset = 1; offset <= 40; offset++) expect(cuts).toContain(offset);
      },
    ],
  ],
  'byte-by-byte': [
    [
      { fault: 'byte-by-byte', tokens: 12, patience: 3000 },
      ({ body, raw, truth }) => {
        expectWhole(body);
        expect(raw.toString('latin1').match(/\r\n1\r\n/g)!.length).toBeGreaterThan(body.length * 0.9);
        expect(truth.chunks.tokens).toEqual(Array(12).fill(1));
      },
    ],
  ],
  'split-utf8': [
    [
      { fault: 'split-utf8' },
      ({ body, raw }) => {
        expectWhole(body);
        expect(contentsOf(body).join('')).toBe(' é中😀'.repeat(4));
        // The three bytes of the second character stand in three chunks.
        expect(raw.includes(Buffer.from([0x0d, 0x0a, 0x31, 0x0d, 0x0a, 0xb8, 0x0d, 0x0a]))).toBe(true);
      },
    ],
  ],
  'half-characters': [
    [
      { fault: 'half-characters' },
      ({ body, truth }) => {
        expect(contentsOf(body).join('')).toBe('é中😀é中😀');
        expect(contentsOf(body)).toHaveLength(6);
        expect(usageIn(body)).toBe(12);
        expect(truth.chunks.tokens).toEqual(Array(12).fill(1));
      },
    ],
    [{ fault: 'half-characters:replace' }, ({ body }) => expect(contentsOf(body).join('')).toBe('\uFFFD'.repeat(12))],
  ],
  'invisible-tokens': [
    [
      { fault: 'invisible-tokens:3' },
      ({ body, truth }) => {
        expect(contentsOf(body)).toHaveLength(8);
        expect(usageIn(body)).toBe(12);
        expect(truth.output_tokens).toBe(12);
      },
    ],
  ],
  buffered: [
    [
      { fault: 'buffered' },
      ({ body, reads, truth }) => {
        expectWhole(body);
        const withEvents = reads.filter(({ bytes }) => bytes.includes('data: {'));
        expect(withEvents).toHaveLength(1);
        expect(new Set(truth.chunks.at_ns).size).toBe(1);
        expect(truth.chunks.tokens).toHaveLength(12);
      },
    ],
  ],
};
