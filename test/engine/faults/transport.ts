import { expect } from 'vitest';
import { contentsOf, expectWhole, type FaultChecks } from './exchange.ts';

/** On the wire: what happens to the connection. */
export const transport: FaultChecks = {
  'never-answer': [
    [
      { fault: 'never-answer', patience: 150 },
      ({ raw, end, truth }) => {
        expect([raw.length, end]).toEqual([0, 'open']);
        expect(truth.status).toBe(0);
      },
    ],
  ],
  'headers-only': [
    [
      { fault: 'headers-only', patience: 150 },
      ({ head, body, end }) => {
        expect(head).toMatch(/^HTTP\/1.1 200 /);
        expect([body, end]).toEqual(['', 'open']);
      },
    ],
  ],
  'slow-headers': [
    [
      { fault: 'slow-headers:0.3' },
      ({ reads, body, end }) => {
        const withHead = reads.findIndex(({ bytes }) => bytes.includes('data:'));
        expect(withHead).toBeGreaterThan(10);
        expect(reads[withHead]!.at - reads[0]!.at).toBeGreaterThan(200_000_000n);
        expectWhole(body);
        expect(end).toBe('fin');
      },
    ],
  ],
  'slow-body': [
    [
      { fault: 'slow-body:20000', patience: 3000 },
      ({ body, truth, reads }) => {
        expectWhole(body);
        expect(reads.length).toBeGreaterThan(14);
        expect(truth.chunks.at_ns.at(-1)! - truth.chunks.due_ns.at(-1)!).toBeGreaterThan(20_000_000);
      },
    ],
  ],
  'close-before-answer': [
    [{ fault: 'close-before-answer' }, ({ raw, end }) => expect([raw.length, end]).toEqual([0, 'fin'])],
  ],
  fin: [
    [
      { fault: 'fin:5' },
      ({ body, end, raw }) => {
        expect(contentsOf(body)).toHaveLength(5);
        expect(end).toBe('fin');
        expect(raw.toString('latin1')).not.toMatch(/0\r\n\r\n$/);
      },
    ],
  ],
  'fin-mid-event': [
    [
      { fault: 'fin-mid-event:2' },
      ({ body, end, truth }) => {
        expect(contentsOf(body)).toHaveLength(2);
        expect(body).toMatch(/"choi$/);
        expect(end).toBe('fin');
        expect(truth).toMatchObject({ end: 'fault', output_tokens: 2 });
      },
    ],
  ],
  reset: [
    [
      { fault: 'reset:3' },
      ({ body, end, truth }) => {
        expect(contentsOf(body).length).toBe(3);
        expect(end).toBe('reset');
        expect(truth).toMatchObject({ end: 'fault', output_tokens: 3 });
      },
    ],
  ],
  'no-terminator': [
    [
      { fault: 'no-terminator' },
      ({ body, end, raw }) => {
        expectWhole(body);
        expect(end).toBe('fin');
        expect(raw.toString('latin1')).not.toMatch(/0\r\n\r\n$/);
      },
    ],
  ],
  'close-delimited': [
    [
      { fault: 'close-delimited' },
      ({ head, body, end }) => {
        expect(head).not.toMatch(/transfer-encoding|content-length/i);
        expectWhole(body);
        expect(end).toBe('fin');
      },
    ],
  ],
  'content-length': [
    [
      { fault: 'content-length:5000000' },
      ({ head, body, end }) => {
        expect(head).toMatch(/content-length: 5000000/);
        expectWhole(body);
        expect(end).toBe('fin');
      },
    ],
  ],
  http10: [
    [
      { fault: 'http10' },
      ({ head, body, end }) => {
        expect(head).toMatch(/^HTTP\/1.0 200 /);
        expect(head).not.toMatch(/transfer-encoding/i);
        expectWhole(body);
        expect(end).toBe('fin');
      },
    ],
  ],
  trailers: [
    [
      { fault: 'trailers' },
      ({ head, raw, end }) => {
        expect(head).toMatch(/trailer: x-checksum/i);
        const text = raw.toString('latin1');
        expect(text.match(/^[0-9a-f]+;note="simulated"\r$/gm)!.length).toBeGreaterThan(12);
        expect(text).toMatch(/\r\n0\r\nx-checksum: none\r\n\r\n$/);
        expect(end).toBe('open');
      },
    ],
  ],
  'close-after-response': [
    [
      { fault: 'close-after-response' },
      ({ head, body, end }) => {
        expect(head).toMatch(/connection: keep-alive/i);
        expectWhole(body);
        expect(end).toBe('fin');
      },
    ],
  ],
  'close-after-requests': [
    [
      { fault: 'close-after-requests:1', patience: 2000 },
      ({ head, body }) => {
        expect(head).not.toMatch(/connection: close/i);
        expectWhole(body);
      },
    ],
  ],
  'connection-close': [
    [
      { fault: 'connection-close', patience: 2000 },
      ({ head, body }) => {
        expect(head).toMatch(/connection: close/i);
        expectWhole(body);
      },
    ],
  ],
  interim: [
    [
      { fault: 'interim:103' },
      ({ head, raw }) => {
        expect(head).toMatch(/^HTTP\/1.1 103 /);
        expect(raw.toString('latin1')).toContain('\r\n\r\nHTTP/1.1 200 OK');
      },
    ],
  ],
};
