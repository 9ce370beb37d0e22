import { describe, expect, it } from 'vitest';
import { rankingFlips, type SurfaceCell } from './capacity-surface.ts';

const cell = (decodeDeadline_ms: number, lower: number, upper: number): SurfaceCell => ({
  decodeDeadline_ms,
  firstToken_ms: 300,
  lower,
  upper,
  estimate: (lower + upper) / 2,
});

describe('deadlines that turn an order', () => {
  it('are those that disagree with most others, and are sure where bounds show both orders', () => {
    const a = [cell(25, 10, 11), cell(50, 20, 21), cell(100, 30, 31)];
    const b = [cell(25, 15, 16), cell(50, 16, 17), cell(100, 26, 27)];
    const flips = rankingFlips(new Map(Object.entries({ a, b })));
    expect(flips).toEqual([{ decodeDeadline_ms: 25, firstToken_ms: 300, ahead: 'b', behind: 'a', sure: true }]);
  });

  it('are not sure where bounds overlap', () => {
    const a = [cell(25, 10, 16), cell(50, 20, 21), cell(100, 30, 31)];
    const b = [cell(25, 15, 17), cell(50, 16, 17), cell(100, 26, 27)];
    expect(rankingFlips(new Map(Object.entries({ a, b })))[0]).not.toHaveProperty('sure');
  });
});
