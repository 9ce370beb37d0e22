import { describe, expect, it } from 'vitest';
import type { RequestRecord } from '../core/record.ts';
import { nanoseconds } from '../core/units.ts';
import { medianReadGap } from './read-gaps.ts';

const record = (at: number[], read: number[], tokens = at.map(() => 1)): RequestRecord => ({
  id: 0,
  phase: 'measure',
  scheduledAt: nanoseconds(0),
  prompt: {},
  output: {},
  chunks: { at, read, tokens, kind: at.map(() => 0), bytes: at.map(() => 100) },
  outcome: { status: 'completed' },
});

describe('the gap between reads', () => {
  it('is taken between reads that brought tokens, within a stream', () => {
    const streams = [record([0, 10, 10, 25, 90], [0, 1, 1, 2, 3], [1, 1, 1, 1, 0]), record([1000, 1040], [0, 1])];
    expect(medianReadGap(streams)).toBe(15);
  });

  it('does not exist without two reads', () => {
    expect(medianReadGap([])).toBeUndefined();
    expect(medianReadGap([record([5, 5], [1, 1]), record([7], [1])])).toBeUndefined();
  });

  it('of a long run is found without looking at every gap', () => {
    const at = Array.from({ length: 300_000 }, (_, i) => i * 20);
    expect(
      medianReadGap([
        record(
          at,
          Array.from(at, (_, i) => i),
        ),
      ]),
    ).toBe(20);
  });
});
