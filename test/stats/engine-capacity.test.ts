import { describe, expect, it } from 'vitest';
import { searchCapacity } from '../../src/analyses/capacity-search.ts';
import { resolvePlan } from '../../src/config/index.ts';
import { simulatedProbe } from '../../src/run/probe.ts';
import { parseSlo } from '../../src/slo/index.ts';
import { breathe } from './breathe.ts';

// Seeded searches on a simulated engine; the truth is what 200,000 requests at each of two loads say.
const trials = 2 * Number(process.env.METRON_TRIALS ?? 50);
const engine = { model: 'llama3-8b', gpu: 'h100' };
const slo = parseSlo(['ttft<=150ms & tpot<=20ms @ 90%']);
const shares = slo.conditions.map(({ share }) => share);
/** The capacity lies between these two. */
const [passes, fails] = [98, 99];

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

async function good(load: number): Promise<boolean> {
  const { tallies } = await probeWith(99)(load, 200_000);
  return tallies.every(({ good, missed }, j) => {
    const [g, m] = [good, missed].map((column) => column.reduce((a, b) => a + b, 0));
    return g! / (g! + m!) >= shares[j]!;
  });
}

describe('capacity of a simulated engine', () => {
  it('lies in the interval', { timeout: 900_000 }, async () => {
    expect([await good(passes), await good(fails)]).toEqual([true, false]);
    let covered = 0;
    const costs: number[] = [];
    for (let seed = 0; seed < trials; seed++) {
      await breathe();
      const {
        lower = 0,
        upper = Number.POSITIVE_INFINITY,
        cost,
      } = await searchCapacity(probeWith(seed), { shares, tolerance: 0.1, growth: 0.5, budget: { requests: 400_000 } });
      costs.push(cost.requests);
      if (lower <= passes && fails <= upper) covered++;
    }
    const median = costs.sort((a, b) => a - b)[trials >> 1]!;
    console.log(
      `found: simulated engine, truth between ${passes} and ${fails}/s, ${covered} of ${trials} intervals hold it, ${median} requests`,
    );
    expect(covered / trials).toBeGreaterThanOrEqual(0.93);
  });
});
