import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seconds } from '../../core/units.ts';
import { createSimulatedEngine } from '../simulated-engine.ts';
import { chunkSizeAt } from './chunk-size.ts';

describe('chunk size', () => {
  it('is the budget without a schedule', () => {
    expect(chunkSizeAt(512, undefined, 4000)).toBe(512);
  });

  it('falls in equal steps, in multiples of 32', () => {
    const schedule = { least: 512, stages: 4, tokens: 8192 };
    expect([0, 2047, 2048, 4096, 6144, 9000].map((done) => chunkSizeAt(2048, schedule, done))).toEqual([
      2048, 2048, 1536, 1024, 512, 512,
    ]);
  });

  it('never grows, never leaves its bounds and always lets a prompt go on', () => {
    const schedules = fc.record({
      least: fc.integer({ min: 1, max: 2000 }),
      stages: fc.integer({ min: 2, max: 40 }),
      tokens: fc.integer({ min: 1, max: 20_000 }),
    });
    fc.assert(
      fc.property(schedules, fc.integer({ min: 32, max: 4096 }), (schedule, most) => {
        let before = most;
        for (let done = 0; done < 30_000; done += 500) {
          const size = chunkSizeAt(most, schedule, done);
          expect(size).toBeGreaterThan(0);
          expect(size).toBeLessThanOrEqual(before);
          before = size;
        }
      }),
    );
  });

  it('decides what Sarathi computes of a long prompt', () => {
    const chunks: number[] = [];
    const engine = createSimulatedEngine(
      { scheduler: 'sarathi', maxBatchedTokens: 2048, minChunk: 512, chunkStages: 4, chunkScheduleTokens: 8000 },
      1,
      { observe: ({ chunkTokens }) => chunks.push(chunkTokens) },
    );
    engine.submit({ id: 0, promptTokens: 7500, outputTokens: 1 }, seconds(0));
    engine.advance(seconds(60), () => {});
    expect(chunks).toEqual([2048, 1536, 1536, 1024, 512, 512, 332]);
  });
});
