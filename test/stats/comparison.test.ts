import { describe, expect, it } from 'vitest';
import { compareValues, type Difference } from '../../src/analyses/comparison.ts';
import { standardStatistics, statisticOf } from '../../src/analyses/comparison-statistic.ts';
import { type RequestValues, requestValues } from '../../src/analyses/comparison-values.ts';
import { randomStream } from '../../src/core/random.ts';
import type { RequestRecord } from '../../src/core/record.ts';
import { milliseconds, nanoseconds } from '../../src/core/units.ts';
import { simulate } from '../../src/engine/virtual-driver.ts';
import { defaultPolicy, type ScorePolicy } from '../../src/metrics/index.ts';
import { breathe } from './breathe.ts';

const trials = 100;
const requests = 1000;
const rate = 4;
const engine = { model: 'llama3-8b', gpu: 'a100-sxm-80gb', jitter: 0.03, hiccups: 0.0005 } as const;
const policy: ScorePolicy = {
  ...defaultPolicy,
  decodeDeadline: milliseconds(25),
  prefillDeadline: { kind: 'constant', deadline: milliseconds(300) },
};
const statistics = standardStatistics.map((id) => statisticOf(id, policy.fluidShare));

function runOf(schedule: number, seed: string): readonly RequestRecord[] {
  const random = randomStream(schedule, 'arrivals');
  let at = 0;
  const asked = Array.from({ length: requests }, () => {
    at += (random.exponential() / rate) * 1e9;
    return {
      scheduledAt: nanoseconds(at),
      promptTokens: 200 + random.below(1500),
      outputTokens: 20 + random.below(100),
      phase: 'measure' as const,
    };
  });
  return simulate(asked, engine, { seed }).records;
}

/** Every token of an answer later, by a share of its first-token time. */
const slower = (records: readonly RequestRecord[], share: number): RequestRecord[] =>
  records.map((record) => {
    const late = Math.round(share * ((record.chunks.at[0] ?? record.scheduledAt) - record.scheduledAt));
    return { ...record, chunks: { ...record.chunks, at: Array.from(record.chunks.at, (time) => time + late) } };
  });

/** Every answer's fluidity-index lower by a share of itself. */
const lessFluid = ({ columns, ...rest }: RequestValues, share: number): RequestValues => ({
  ...rest,
  columns: new Map(
    [...columns].map(([kind, column]) => [
      kind,
      kind === 'fluidity' ? column.map((value) => (typeof value === 'number' ? value * (1 - share) : value)) : column,
    ]),
  ),
});

function compared(
  one: readonly RequestRecord[],
  two: readonly RequestRecord[],
  paired: boolean,
  seed: number,
): Difference[] {
  const [list] = compareValues(requestValues(one, policy), [requestValues(two, policy)], { statistics, paired, seed });
  return list ?? [];
}

const clear = ({ direction }: Difference): boolean => direction === 'better' || direction === 'worse';
const seeds = Array.from({ length: trials }, (_, seed) => seed);

/** Seeds of which this is so. */
async function seedsWhere(is: (seed: number) => boolean | undefined): Promise<number[]> {
  const found: number[] = [];
  for (const seed of seeds) {
    await breathe();
    if (is(seed)) found.push(seed);
  }
  return found;
}

describe(`${trials} comparisons of simulated runs of ${requests} requests`, () => {
  it('raise a false alarm in at most 5 % of A/A trials, paired and unpaired', async () => {
    const alarms = { paired: 0, unpaired: 0 };
    for (const seed of seeds) {
      await breathe();
      const one = runOf(seed, `a${seed}`);
      if (compared(one, runOf(seed, `b${seed}`), true, seed).some(clear)) alarms.paired++;
      const apart = compared(one, runOf(seed + 5000, `b${seed}`), false, seed);
      if (apart.some(clear)) alarms.unpaired++;
      for (const { change, detectable } of apart) expect(detectable === undefined).toBe(change === undefined);
    }
    console.log(`found: false alarms in ${trials} A/A trials: ${alarms.paired} paired, ${alarms.unpaired} unpaired`);
    expect(alarms.paired / trials).toBeLessThanOrEqual(0.05);
    expect(alarms.unpaired / trials).toBeLessThanOrEqual(0.05);
  });

  it('find 3 % less fluidity with power of at least 80 %', async () => {
    const found = await seedsWhere((seed) => {
      const [one, two] = [
        requestValues(runOf(seed, `a${seed}`), policy),
        requestValues(runOf(seed, `b${seed}`), policy),
      ];
      const [list] = compareValues(one, [lessFluid(two, 0.03)], { statistics, paired: true, seed });
      return list?.some(({ statistic, direction }) => statistic.id === 'fluidity_mean' && direction === 'worse');
    });
    console.log(`found: 3 % less fluidity seen in ${found.length} of ${trials}`);
    expect(found.length / trials).toBeGreaterThanOrEqual(0.8);
  });

  it('find 3 % more time to the first token with power of at least 80 %', async () => {
    const found = await seedsWhere((seed) =>
      compared(runOf(seed, `a${seed}`), slower(runOf(seed, `b${seed}`), 0.03), true, seed).some(
        ({ statistic, direction }) => statistic.id === 'ttft_shift' && direction === 'worse',
      ),
    );
    console.log(`found: 3 % more TTFT seen in ${found.length} of ${trials}`);
    expect(found.length / trials).toBeGreaterThanOrEqual(0.8);
  });
});
