import { describe, expect, it } from 'vitest';
import { type RunName, runs } from '../../../test/browser/runs.ts';
import { milliseconds, type Nanoseconds } from '../../core/units.ts';
import { type PrefillDeadline, prefillDeadlineFor } from '../../metrics/index.ts';
import { isDrawn } from '../figure.ts';
import { scoredRun } from '../scored-run.ts';
import { type FirstTokens, firstTokens } from './first-token.ts';

function drawn(name: RunName, prefillDeadline?: PrefillDeadline): FirstTokens {
  const run = scoredRun(runs[name]());
  const policy = { ...run.policy, ...(prefillDeadline && { prefillDeadline }) };
  const figure = firstTokens({ ...run, policy });
  if (!isDrawn(figure)) throw new Error(`nothing is drawn of ${name}`);
  return figure.data;
}

describe('first tokens', () => {
  it('are drawn over the length of their prompts', () => {
    const { across, extent } = drawn('bad');
    expect(across).toBe('prompt');
    expect(extent[1]).toBeGreaterThan(extent[0]);
  });

  it('are drawn over the time they were due where all prompts are of one length', () => {
    const { across, inTime, deadline, extent } = drawn('oneLength');
    expect(across).toBe('due');
    expect(inTime.every(([due], i) => i === 0 || due >= (inTime[i - 1]?.[0] ?? 0))).toBe(true);
    expect(deadline.map(([at]) => at)).toEqual([...extent]);
  });

  it('have the deadline drawn by which they are judged, floor and offsets of the curve included', () => {
    const curve: PrefillDeadline = {
      kind: 'curve',
      id: 'measured',
      a: milliseconds(5),
      b: milliseconds(0.03),
      c: 0,
      floor: milliseconds(60),
      slack: milliseconds(300),
      from: 1,
      to: 100_000,
    };
    const { deadline } = drawn('bad', curve);
    const due = (promptTokens: number): Nanoseconds | undefined =>
      prefillDeadlineFor(curve, { promptTokens, cachedTokens: 0 });
    for (const [prompt, ms] of deadline) expect(ms).toBeCloseTo((due(prompt) ?? 0) / milliseconds(1), 1);
  });
});
