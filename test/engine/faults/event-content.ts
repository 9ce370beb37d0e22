import { expect } from 'vitest';
import { chunksOf, contentsOf, expectWhole, type FaultChecks } from './exchange.ts';

/** On the wire: what events hold. */
export const eventContent: FaultChecks = {
  preamble: [
    [
      { fault: 'preamble' },
      ({ body }) => {
        expect(chunksOf(body)[0]!.choices).toEqual([]);
        expect(contentsOf(body)).toHaveLength(12);
      },
    ],
  ],
  'empty-choices': [
    [
      { fault: 'empty-choices' },
      ({ body }) => {
        expect(chunksOf(body).filter(({ choices, usage }) => choices?.length === 0 && !usage)).toHaveLength(12);
        expectWhole(body);
      },
    ],
  ],
  'keep-alive-deltas': [
    [
      { fault: 'keep-alive-deltas:null' },
      ({ body }) => {
        expect(chunksOf(body).filter(({ choices }) => choices?.[0]?.delta.content === null)).toHaveLength(12);
        expectWhole(body);
      },
    ],
  ],
  'reasoning-first': [
    [
      { fault: 'reasoning-first:5' },
      ({ body, truth }) => {
        const kinds = chunksOf(body).flatMap(({ choices }) => {
          const delta = choices?.[0]?.delta;
          return delta?.reasoning_content ? ['reasoning'] : delta?.content ? ['content'] : [];
        });
        expect(kinds).toEqual([...Array(5).fill('reasoning'), ...Array(7).fill('content')]);
        expect(truth.output_tokens).toBe(12);
      },
    ],
    [
      { fault: 'reasoning-first:5:reasoning' },
      ({ body }) => {
        expect(body.match(/"delta":\{"reasoning":"/g)).toHaveLength(5);
        expect(body).not.toContain('reasoning_content');
        expect(contentsOf(body)).toHaveLength(7);
      },
    ],
  ],
  'tool-call': [
    [
      { fault: 'tool-call:2' },
      ({ body }) => {
        const calls = chunksOf(body).flatMap(({ choices }) => choices?.[0]?.delta.tool_calls ?? []);
        expect(calls).toHaveLength(10);
        expect(calls.map(({ id }) => id)).toEqual(['call_0', ...Array(9).fill(undefined)]);
        expect(contentsOf(body)).toHaveLength(2);
      },
    ],
  ],
  'double-finish': [
    [
      { fault: 'double-finish' },
      ({ body }) =>
        expect(chunksOf(body).filter(({ choices }) => choices?.[0]?.finish_reason === 'length')).toHaveLength(2),
    ],
  ],
  'finish-with-content': [
    [
      { fault: 'finish-with-content' },
      ({ body, truth }) => {
        expectWhole(body);
        const last = chunksOf(body).find(({ choices }) => choices?.[0]?.finish_reason === 'length');
        expect(last!.choices![0]!.delta.content).toBeTruthy();
        expect(truth.chunks.at_ns).toHaveLength(12);
      },
    ],
  ],
  'missing-finish': [
    [
      { fault: 'missing-finish' },
      ({ body }) => {
        expect(chunksOf(body).some(({ choices }) => choices?.[0]?.finish_reason)).toBe(false);
        expect(contentsOf(body)).toHaveLength(12);
      },
    ],
  ],
  'interleaved-choices': [
    [
      { fault: 'interleaved-choices' },
      ({ body }) => {
        const indices = chunksOf(body).flatMap(({ choices }) =>
          choices?.[0]?.delta.content ? [(choices[0] as unknown as { index: number }).index] : [],
        );
        expect(indices).toEqual(Array.from({ length: 24 }, (_, i) => i % 2));
      },
    ],
  ],
  'unknown-fields': [
    [
      { fault: 'unknown-fields' },
      ({ body }) => {
        expectWhole(body);
        for (const chunk of chunksOf(body)) expect(chunk).toHaveProperty('x_vendor.nested', [null, 1.5, 'choices']);
      },
    ],
  ],
};
