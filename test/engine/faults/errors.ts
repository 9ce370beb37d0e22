import { expect } from 'vitest';
import { contentsOf, dataOf, type FaultChecks, parses, usageIn } from './exchange.ts';

/** On the wire: refusals and errors. */
export const errors: FaultChecks = {
  'http-error': [
    [
      { fault: 'http-error:429:2.5' },
      ({ head, body, truth }) => {
        expect(head).toMatch(/^HTTP\/1.1 429 /);
        expect(head).toMatch(/retry-after: 2.5/i);
        expect(JSON.parse(body)).toMatchObject({ error: { code: 429, type: 'RateLimitError' } });
        expect(truth).toMatchObject({ status: 429, end: 'fault', output_tokens: 0 });
        expect(truth.engine_id).toBeUndefined();
      },
    ],
    [
      { fault: 'http-error:307' },
      ({ head }) => {
        expect(head).toMatch(/^HTTP\/1.1 307 /);
        expect(head).toMatch(/location: /i);
      },
    ],
    [
      { fault: 'http-error:429:date' },
      ({ head }) => {
        expect(Date.parse(/^retry-after: (.*)$/im.exec(head)![1]!)).toBeGreaterThan(Date.now() - 1000);
        expect(head).toMatch(/x-ratelimit-remaining-requests: 0/i);
      },
    ],
    [{ model: 'sim-fault-http-error' }, ({ head }) => expect(head).toMatch(/^HTTP\/1.1 500 /)],
  ],
  'html-error': [
    [
      { fault: 'html-error' },
      ({ head, body }) => {
        expect(head).toMatch(/^HTTP\/1.1 502 /);
        expect(body).toMatch(/^<html>/);
      },
    ],
  ],
  'empty-error': [
    [
      { fault: 'empty-error:503' },
      ({ head, body }) => {
        expect(head).toMatch(/^HTTP\/1.1 503 /);
        expect(body).toBe('');
      },
    ],
  ],
  'malformed-error': [
    [
      { fault: 'malformed-error:503' },
      ({ head, body }) => {
        expect(head).toMatch(/^HTTP\/1.1 503 /);
        expect(body).toMatch(/^\{"error":/);
        expect(parses(body)).toBe(false);
      },
    ],
  ],
  'malformed-json': [
    [
      { fault: 'malformed-json:2' },
      ({ body }) => {
        const broken = dataOf(body).filter((data) => data !== '[DONE]' && !parses(data));
        expect(broken).toHaveLength(1);
        expect(contentsOf(body)).toHaveLength(12);
      },
    ],
  ],
  'in-band-error': [
    [
      { fault: 'in-band-error:4' },
      ({ head, body, truth }) => {
        expect(head).toMatch(/^HTTP\/1.1 200 /);
        expect(contentsOf(body)).toHaveLength(4);
        expect(JSON.parse(dataOf(body).at(-2)!)).toMatchObject({ error: { code: 500 } });
        expect(truth).toMatchObject({ end: 'fault', output_tokens: 4 });
      },
    ],
    [{ fault: 'in-band-error:0' }, ({ body }) => expect(contentsOf(body)).toEqual([])],
  ],
  'content-filter': [
    [
      { fault: 'content-filter:4' },
      ({ body }) => {
        expect(contentsOf(body)).toHaveLength(4);
        expect(body).toContain('"finish_reason":"content_filter"');
      },
    ],
  ],
  empty: [
    [
      { fault: 'empty' },
      ({ body, truth }) => {
        expect(contentsOf(body)).toEqual([]);
        expect(usageIn(body)).toBe(0);
        expect(dataOf(body).at(-1)).toBe('[DONE]');
        expect(truth).toMatchObject({ status: 200, output_tokens: 0 });
      },
    ],
  ],
};
