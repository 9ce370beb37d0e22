import { gunzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { encodeText } from '../../../src/engine/server/prompt-tokens.ts';
import { dataOf, expectWhole, type FaultChecks, unchunk, usageIn } from './exchange.ts';

/** On the wire: the grammar of the event stream. */
export const eventStream: FaultChecks = {
  'line-ends': [
    [
      { fault: 'line-ends:crlf' },
      ({ body }) => {
        expect(body.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
        expectWhole(body.replaceAll('\r\n', '\n'));
      },
    ],
    [
      { fault: 'line-ends:cr' },
      ({ body }) => {
        expect(body).not.toContain('\n');
        expectWhole(body.replaceAll('\r', '\n'));
      },
    ],
    [
      { fault: 'line-ends:mixed' },
      ({ body }) => {
        for (const end of [/[^\r\n]\r\n/, /[^\r]\n/, /\r[^\n]/]) expect(body).toMatch(end);
        expectWhole(body.replaceAll(/\r\n|\r/g, '\n'));
      },
    ],
  ],
  'sse-fields': [
    [
      { fault: 'sse-fields' },
      ({ body }) => {
        expect(body).toMatch(/^event: message\nid: 0\nretry: 3000\ndata:\{/);
        expectWhole(body.replaceAll(/event: message\nid: \d+\nretry: 3000\ndata:/g, 'data: '));
      },
    ],
  ],
  'multi-line-data': [
    [
      { fault: 'multi-line-data' },
      ({ body }) => {
        expect(body).toMatch(/,\ndata: "choices":/);
        expectWhole(body.replaceAll(',\ndata: "', ',"'));
      },
    ],
  ],
  comments: [
    [
      { fault: 'comments' },
      ({ body }) => {
        expectWhole(body);
        expect(body.match(/^: ping$/gm)).toHaveLength(16);
      },
    ],
  ],
  bom: [
    [
      { fault: 'bom' },
      ({ body }) => {
        expect(body.charCodeAt(0)).toBe(0xfeff);
        expectWhole(body.slice(1));
      },
    ],
  ],
  'no-last-blank-line': [[{ fault: 'no-last-blank-line' }, ({ body }) => expect(body).toMatch(/data: \[DONE\]$/)]],
  'missing-done': [
    [
      { fault: 'missing-done' },
      ({ body }) => {
        expect(body).not.toContain('[DONE]');
        expect(usageIn(body)).toBe(12);
      },
    ],
  ],
  'data-after-done': [
    [
      { fault: 'data-after-done' },
      ({ body }) => expect(dataOf(body).slice(-2)).toEqual(['[DONE]', expect.any(String)]),
    ],
  ],
  'huge-event': [
    [
      { fault: 'huge-event:1024', patience: 3000 },
      ({ body }) => {
        expectWhole(body);
        expect(Math.max(...dataOf(body).map((data) => data.length))).toBeGreaterThan(1024 * 1024);
      },
    ],
  ],
  'wrong-content-type': [
    [
      { fault: 'wrong-content-type' },
      ({ head, body }) => {
        expect(head).toMatch(/content-type: text\/plain/i);
        expectWhole(body);
      },
    ],
  ],
  gzip: [
    [
      { fault: 'gzip' },
      ({ head, raw, truth }) => {
        expect(head).toMatch(/content-encoding: gzip/i);
        expectWhole(gunzipSync(unchunk(raw.subarray(raw.indexOf('\r\n\r\n') + 4))).toString('utf8'));
        expect(truth.output_tokens).toBe(12);
      },
    ],
  ],
  'no-stream': [
    [
      { fault: 'no-stream' },
      ({ head, body, truth }) => {
        expect(head).toMatch(/content-type: application\/json/i);
        const answer = JSON.parse(body) as { choices: { message: { content: string } }[] };
        expect(encodeText(answer.choices[0]!.message.content)).toHaveLength(12);
        expect(truth.chunks.tokens).toEqual([12]);
      },
    ],
  ],
};
