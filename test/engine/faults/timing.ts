import { expect } from 'vitest';
import { expectWhole, type FaultChecks } from './exchange.ts';

/** On the wire: when things come. */
export const timing: FaultChecks = {
  stall: [
    [
      { fault: 'stall:4:0.2', patience: 2000 },
      ({ body, truth }) => {
        expectWhole(body);
        const at = truth.chunks.at_ns;
        expect(at[4]! - at[3]!).toBeGreaterThan(150_000_000);
        expect(at[11]! - at[4]!).toBeLessThan(at[4]! - at[3]!);
        expect(truth.chunks.due_ns[4]! - truth.chunks.due_ns[3]!).toBeLessThan(100_000_000);
      },
    ],
  ],
  delay: [
    [
      { fault: 'delay:0.2', patience: 2000 },
      ({ body, truth: { chunks } }) => {
        expectWhole(body);
        for (const [i, at] of chunks.at_ns.entries()) expect(at - chunks.due_ns[i]!).toBeGreaterThan(190_000_000);
      },
    ],
  ],
  slowdown: [
    [
      { fault: 'slowdown:5:1', patience: 2000 },
      ({ body, truth: { chunks } }) => {
        expectWhole(body);
        const span = (times: readonly number[]): number => times.at(-1)! - times[0]!;
        expect(span(chunks.at_ns)).toBeGreaterThan(3 * span(chunks.due_ns));
      },
    ],
  ],
  drift: [
    [
      { fault: 'drift:100', patience: 2000 },
      ({ body, truth: { chunks } }) => {
        expectWhole(body);
        expect(chunks.at_ns.at(-1)! - chunks.at_ns[0]!).toBeGreaterThanOrEqual(
          chunks.due_ns.at(-1)! - chunks.due_ns[0]!,
        );
      },
    ],
  ],
  shed: [[{ fault: 'shed:100' }, ({ body }) => expectWhole(body)]],
  throttle: [
    [
      { fault: 'throttle:0:30' },
      ({ head, truth }) => {
        expect(head).toMatch(/^HTTP\/1.1 429 /);
        expect(head).toMatch(/retry-after: 30/i);
        expect(truth).toMatchObject({ end: 'fault', status: 429 });
      },
    ],
  ],
  'date-step': [
    [
      { fault: 'date-step:-7200' },
      ({ head, body }) => {
        expectWhole(body);
        const date = Date.parse(/^date: (.*)$/im.exec(head)![1]!);
        expect((Date.now() - date) / 1e3).toBeGreaterThan(7100);
      },
    ],
  ],
  'ignore-cancel': [[{ fault: 'ignore-cancel' }, ({ body }) => expectWhole(body)]],
};
