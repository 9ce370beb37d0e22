import { describe, expect, it } from 'vitest';
import { completedBy } from './completion-incidence.ts';

const curve = { time_ms: [10, 20, 40], completed: [0.25, 0.5, 0.8], failed: [0, 0.1, 0.2], n: 20, ceiling: 0.8 };

describe('completedBy', () => {
  it('is the first time at which the share had completed', () => {
    expect(completedBy(curve, 0.5)).toBe(20);
    expect(completedBy(curve, 0.51)).toBe(40);
  });

  it('is absent for a share that was never reached', () => {
    expect(completedBy(curve, 0.9)).toBeUndefined();
    expect(completedBy({ ...curve, time_ms: [], completed: [] }, 0.5)).toBeUndefined();
  });
});
