import { describe, expect, it } from 'vitest';
import { steadyPoints } from '../../src/analyses/steady-score.ts';
import { type SteadyState, steadyState } from '../../src/analyses/steady-state.ts';
import { randomStream } from '../../src/core/random.ts';
import { nanoseconds } from '../../src/core/units.ts';
import { simulate } from '../../src/engine/virtual-driver.ts';
import { defaultPolicy } from '../../src/metrics/index.ts';
import { breathe } from './breathe.ts';

// Seeded runs of a simulated engine in which it is known what the load does; METRON_TRIALS scales how many.
const trials = 4 * Number(process.env.METRON_TRIALS ?? 50);
const requests = 2400;
const engine = { model: 'llama3-8b', gpu: 'h100-sxm-80gb', jitter: 0.02 };

/** Requests per second by the share of the requests that went before, and requests that all come at the start. */
interface Load {
  readonly rate: (x: number, seed: number) => number;
  readonly atOnce?: number;
}

function verdict({ rate, atOnce = 0 }: Load, seed: number): SteadyState {
  const random = randomStream(seed, 'steady runs');
  let at = 0;
  const schedule = Array.from({ length: requests }, (_, i) => {
    if (i >= atOnce) at += (random.exponential() / rate(i / requests, seed)) * 1e9;
    return {
      scheduledAt: nanoseconds(at),
      promptTokens: 300 + random.below(400),
      outputTokens: 60 + random.below(80),
      phase: 'measure' as const,
    };
  });
  return steadyState(steadyPoints(simulate(schedule, engine, { seed }).records, defaultPolicy));
}

const because = (state: SteadyState): string => (state.verdict === 'steady' ? 'steady' : state.reason);

async function counts(load: Load): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  for (let seed = 0; seed < trials; seed++) {
    await breathe();
    const reason = because(verdict(load, seed));
    found.set(reason, (found.get(reason) ?? 0) + 1);
  }
  return found;
}

const cases: readonly { name: string; load: Load; right: readonly string[] }[] = [
  { name: 'a stationary load', load: { rate: () => 20 }, right: ['steady'] },
  { name: 'a burst that fills the engine first', load: { rate: () => 20, atOnce: 100 }, right: ['steady'] },
  // Load that bends or not: both say that the run was not steady, and why.
  { name: 'a load that drifts', load: { rate: (x) => 15 + 25 * x }, right: ['drifting', 'still settling'] },
  {
    name: 'a load that jumps',
    load: { rate: (x, seed) => (x > 0.4 + (seed % 10) * 0.03 ? 35 : 20) },
    right: ['level shift'],
  },
];

describe(`${trials} simulated runs each`, () => {
  it.each(cases)('$name is recognised in at least 95 %', { timeout: 900_000 }, async ({ name, load, right }) => {
    const found = await counts(load);
    console.log(`found: ${name}, ${trials} runs:`, JSON.stringify(Object.fromEntries(found)));
    const hits = right.reduce((sum, reason) => sum + (found.get(reason) ?? 0), 0);
    expect(hits / trials).toBeGreaterThanOrEqual(0.95);
  });
});
