import { describe, expect, it } from 'vitest';
import { targets } from './targets.ts';
import { tableRow, tryTarget } from './trials.ts';

// Hundreds of seeded searches in virtual time; METRON_TRIALS sets how many for each target.
const trials = Number(process.env.METRON_TRIALS ?? 50);

describe('capacity against closed-form truths', () => {
  it.each(targets.map((target) => [target.name, target] as const))('%s', { timeout: 900_000 }, async (_, target) => {
    const result = await tryTarget(target, trials);
    console.log(`found: ${tableRow(result)}`);
    expect(result.covered / result.trials).toBeGreaterThanOrEqual(0.93);
    for (const rival of [result.bisection, result.probeAndBisect]) {
      const requests = 'requests' in rival ? rival.requests : rival.moreThan;
      expect(result.ours.medianRequests).toBeLessThanOrEqual(requests * target.costShare);
    }
  });
});
