import { describe, expect, it } from 'vitest';
import { resolvePlan } from '../config/index.ts';
import { seconds } from '../core/units.ts';
import { userStarts } from './user-starts.ts';

const target = { url: 'http://localhost:8000/v1', model: 'm' };

function starts(load: object, phases: object = {}): number[] {
  const plan = resolvePlan({ target, load, phases });
  return userStarts(plan.load.closed!, plan);
}

describe('when users of a closed loop start', () => {
  it('is spread over the warm-up', () => {
    const found = starts({ closed: { users: 4, rampSteps: 4 }, duration: '60s' }, { warmup: '8s' });
    expect(found).toEqual([0, 2, 4, 6].map(seconds));
  });

  it('is spread over the first second without a warm-up, so that no herd asks in one instant', () => {
    const found = starts({ closed: { users: 4, rampSteps: 4 }, requests: 100 });
    expect(found).toEqual([0, 0.25, 0.5, 0.75].map(seconds));
  });

  it('takes no more than a tenth of a short load, and no time at all if asked to', () => {
    expect(starts({ closed: { users: 2, rampSteps: 2 }, duration: '4s' })).toEqual([0, 0.2].map(seconds));
    expect(starts({ closed: { users: 3, rampSteps: 1 }, duration: '4s' })).toEqual([0, 0, 0]);
  });
});
