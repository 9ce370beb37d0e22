import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Nanoseconds } from '../core/units.ts';
import { DueQueue } from './due-queue.ts';

describe('a queue of what is due', () => {
  it('gives the earliest first, and of the same time what came first', () => {
    const pushOrPop = fc.oneof(fc.nat(20), fc.constant('pop' as const));
    fc.assert(
      fc.property(fc.array(pushOrPop, { maxLength: 200 }), (steps) => {
        const queue = new DueQueue<number>();
        const waiting: { at: number; item: number }[] = [];
        for (const [item, step] of steps.entries()) {
          if (step === 'pop') expect(queue.pop()).toEqual(waiting.shift());
          else {
            queue.push(step as Nanoseconds, item);
            const later = waiting.findIndex(({ at }) => at > step);
            waiting.splice(later < 0 ? waiting.length : later, 0, { at: step, item });
          }
          expect(queue.size).toBe(waiting.length);
          expect(queue.peek()).toEqual(waiting[0]);
        }
      }),
    );
  });
});
