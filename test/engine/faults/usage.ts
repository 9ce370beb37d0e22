import { expect } from 'vitest';
import { chunksOf, contentsOf, expectWhole, type FaultChecks, usageIn } from './exchange.ts';

/** On the wire: what is said about usage. */
export const usage: FaultChecks = {
  'missing-usage': [
    [
      { fault: 'missing-usage' },
      ({ body }) => {
        expect(usageIn(body)).toBeUndefined();
        expect(contentsOf(body)).toHaveLength(12);
      },
    ],
  ],
  'wrong-usage': [
    [{ fault: 'wrong-usage:1.5' }, ({ body }) => expect(usageIn(body)).toBe(18)],
    [{ fault: 'wrong-usage:0' }, ({ body }) => expect(usageIn(body)).toBe(0)],
  ],
  'usage-with-finish': [
    [
      { fault: 'usage-with-finish' },
      ({ body }) => {
        expectWhole(body);
        const last = chunksOf(body).find(({ usage }) => usage);
        expect(last!.choices![0]!.finish_reason).toBe('length');
      },
    ],
  ],
  'continuous-usage': [
    [
      { fault: 'continuous-usage' },
      ({ body }) => {
        const counts = chunksOf(body).flatMap(({ usage }) => (usage ? [usage.completion_tokens] : []));
        expect(counts.slice(0, 5)).toEqual([0, 1, 2, 3, 4]);
        expect(contentsOf(body)).toHaveLength(12);
      },
    ],
  ],
  'usage-as-text': [[{ fault: 'usage-as-text' }, ({ body }) => expect(usageIn(body)).toBe('12')]],
};
