import { describe, expect, it } from 'vitest';
import { targets } from './targets.ts';
import { costShareOf, median, tableRow, tryTarget } from './trials.ts';

// Hundreds of seeded searches in virtual time; METRON_TRIALS sets how many for each target.
const trials = Number(process.env.METRON_TRIALS ?? 50);

/** Over all targets, at equal error. */
const mostOfBisection = 0.5;

describe('capacity against closed-form truths', () => {
  const costShares: number[] = [];

  it.each(targets.map((target) => [target.name, target] as const))('%s', { timeout: 900_000 }, async (_, target) => {
    const result = await tryTarget(target, trials);
    console.log(`found: ${tableRow(result)}`);
    costShares.push(costShareOf(result));
    expect(result.covered / result.trials).toBeGreaterThanOrEqual(0.93);
    for (const rival of [result.bisection, result.probeAndBisect]) {
      const requests = 'requests' in rival ? rival.requests : rival.moreThan;
      expect(result.ours.medianRequests).toBeLessThanOrEqual(requests * target.costShare);
    }
  });

  it('costs at most half of bisection at equal error, by the median over all targets', () => {
    expect(costShares).toHaveLength(targets.length);
    const pooled = median(costShares);
    console.log(`found: median over all targets of requests ÷ bisection's at equal error: ${pooled.toFixed(2)}`);
    expect(pooled).toBeLessThanOrEqual(mostOfBisection);
  });
});
