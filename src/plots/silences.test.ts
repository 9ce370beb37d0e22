import { describe, expect, it } from 'vitest';
import { runs } from '../../test/browser/runs.ts';
import { milliseconds } from '../core/units.ts';
import { scoredRun } from './scored-run.ts';
import { silences } from './silences.ts';

describe('shared silences', () => {
  it('are found where a long prompt stops every stream, with the prompt that ended them', () => {
    const run = scoredRun(runs.bad());
    const found = silences(run.requests, milliseconds(100));
    expect(found.length).toBeGreaterThan(5);
    for (const { from, to, streams } of found.slice(0, 5)) {
      expect((to - from) / 1e6).toBeGreaterThan(1000);
      expect(streams).toBeGreaterThanOrEqual(4);
    }
    const named = found.flatMap(({ endedBy }) => endedBy ?? []);
    expect(named.length).toBeGreaterThan(0);
    // Only the planted prompts are that long; shorter ones that waited behind them are not blamed.
    expect(new Set(named.map(({ promptTokens }) => promptTokens))).toEqual(new Set([13_371]));
  });

  it('are none where streams only pause one by one', () => {
    const run = scoredRun(runs.good());
    expect(silences(run.requests, milliseconds(100))).toEqual([]);
    expect(silences([], milliseconds(100))).toEqual([]);
  });
});
