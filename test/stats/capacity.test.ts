import { describe, expect, it } from 'vitest';
import { searchCapacity } from '../../src/analyses/capacity-search.ts';
import { resolvePlan } from '../../src/config/index.ts';
import { simulatedProbe } from '../../src/run/probe.ts';
import { parseSlo } from '../../src/slo/index.ts';
import { targets } from './targets.ts';
import { tableRow, tryTarget } from './trials.ts';

// Hundreds of seeded searches in virtual time; METRON_TRIALS sets how many for each target.
const trials = Number(process.env.METRON_TRIALS ?? 100);

describe('capacity against closed-form truths', () => {
  it.each(targets.map((target) => [target.name, target] as const))('%s', { timeout: 900_000 }, async (_, target) => {
    const result = await tryTarget(target, target.tolerance, trials);
    console.log(tableRow(result));
    expect(result.coverage).toBeGreaterThanOrEqual(0.93);
    expect(result.medianRequests).toBeLessThanOrEqual(result.bisection.medianRequests * target.costShare);
  });
});

describe('capacity of a simulated engine', () => {
  const engine = { model: 'llama3-8b', gpu: 'h100' };
  const slo = parseSlo(['ttft<=150ms & tpot<=20ms @ 90%']);
  const shares = slo.conditions.map(({ share }) => share);
  const probeWith = (seed: number) =>
    simulatedProbe(
      {
        plan: resolvePlan({
          target: { url: 'http://simulated.invalid/v1', model: 'm' },
          load: { arrivals: 'poisson:1' },
          workload: { prompt: '256', output: '32' },
          seed,
        }),
        slo,
        mode: 'rate',
      },
      engine,
    );

  it('lies in the interval', { timeout: 900_000 }, async () => {
    const probe = probeWith(99);
    const good = async (load: number): Promise<boolean> => {
      const { tallies } = await probe(load, 20_000);
      return tallies.every(({ good, missed }, j) => {
        const [g, m] = [good, missed].map((column) => column.reduce((a, b) => a + b, 0));
        return g! / (g! + m!) >= shares[j]!;
      });
    };
    let [low, high] = [1, 1024];
    while (high / low > 1.01) {
      const middle = Math.sqrt(low * high);
      if (await good(middle)) low = middle;
      else high = middle;
    }
    const searches = Math.max(5, Math.round(trials / 10));
    let covered = 0;
    for (let seed = 0; seed < searches; seed++) {
      const { lower = 0, upper = Number.POSITIVE_INFINITY } = await searchCapacity(probeWith(seed), {
        shares,
        tolerance: 0.1,
        growth: 0.5,
        budget: { requests: 200_000 },
      });
      if (lower <= high && low <= upper) covered++;
    }
    console.log(`truth ${low.toFixed(2)} to ${high.toFixed(2)}/s, ${covered} of ${searches} intervals hold it`);
    expect(covered / searches).toBeGreaterThanOrEqual(0.93);
  });
});
