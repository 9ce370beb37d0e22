import { describe, expect, it } from 'vitest';
import { type Random, randomStream } from '../core/random.ts';
import { compareValues, type Difference } from './comparison.ts';
import { compatibility } from './comparison-compatibility.ts';
import { decideGate, parseGate } from './comparison-gate.ts';
import { type Statistic, statisticOf } from './comparison-statistic.ts';
import { joinRounds, type RequestValues } from './comparison-values.ts';
import { holm } from './holm.ts';

const requests = 1000;
const trials = 60;

const names = [
  'fluidity_mean',
  'fluidity_p10',
  'ttft_shift',
  'ttft_p50',
  'ttft_p90',
  'ttft_mean',
  'tpot_p50',
  'fluid_share',
  'error_rate',
];
const statistics = names.map((id) => statisticOf(id, 0.99));

/** What a schedule decides: long prompts wait longer, in waves, whatever the server. */
function workload(random: Random): { wait: number; pace: number }[] {
  let wave = 0;
  return Array.from({ length: requests }, () => {
    wave = 0.8 * wave + 0.6 * random.normal();
    return { wait: 150 * Math.exp(0.4 * random.normal() + 0.3 * wave), pace: 25 + 3 * random.normal() };
  });
}

interface Effect {
  readonly ttft?: number;
  readonly fluidity?: number;
}

/** A run of it: what the machine adds, and what the candidate does differently. */
function runOf(work: readonly { wait: number; pace: number }[], random: Random, effect: Effect = {}): RequestValues {
  const fluidity: number[] = [];
  const ttft: number[] = [];
  const tpot: number[] = [];
  for (const { wait, pace } of work) {
    const index = 1 - Math.min(0.5, Math.max(0, (pace - 27) / 30) + 0.02 * random.exponential());
    fluidity.push(index * (effect.fluidity ?? 1));
    ttft.push(wait * Math.exp(0.08 * random.normal()) * (effect.ttft ?? 1));
    tpot.push(pace + random.normal());
  }
  const columns = {
    fluidity,
    ttft,
    tpot,
    fluid: fluidity.map((index) => (index >= 0.9 ? 1 : 0)),
    failed: ttft.map(() => 0),
  };
  return { ids: work.map((_, id) => id), columns: new Map(Object.entries(columns)) };
}

function compared(seed: number, effect: Effect, paired = true): Difference[] {
  const work = workload(randomStream(seed, 'work'));
  const other = paired ? work : workload(randomStream(seed, 'other work'));
  const one = runOf(work, randomStream(seed, 'one'));
  const two = runOf(other, randomStream(seed, 'two'), effect);
  return compareValues(one, [two], { statistics, paired, seed, resamples: 800 })[0] ?? [];
}

const clear = ({ direction }: Difference): boolean => direction === 'better' || direction === 'worse';
const over = (list: readonly Difference[][], holds: (differences: Difference[]) => boolean): number =>
  list.filter(holds).length / list.length;
const directionOf = (differences: readonly Difference[], id: string): string | undefined =>
  differences.find(({ statistic }) => statistic.id === id)?.direction;

describe('two runs of the same system', () => {
  const pairs = Array.from({ length: trials }, (_, seed) => compared(seed, {}));
  const unpaired = Array.from({ length: trials }, (_, seed) => compared(seed, {}, false));

  it('raise no false alarm in more than 5 % of trials, paired or not', () => {
    expect(over(pairs, (list) => list.some(clear))).toBeLessThanOrEqual(0.05);
    expect(over(unpaired, (list) => list.some(clear))).toBeLessThanOrEqual(0.05);
  });

  it('a shared workload makes the smallest change that can be found smaller', () => {
    const detectable = (list: readonly Difference[][]): number =>
      Math.max(...list.map((each) => each.find(({ statistic }) => statistic.id === 'ttft_p50')?.detectable ?? 0));
    expect(detectable(pairs)).toBeLessThan(detectable(unpaired));
  });
});

describe('a change of 3 % in 2 × 1,000 paired requests', () => {
  it('in the time to the first token is found in at least 80 %, and called by its direction', () => {
    const list = Array.from({ length: trials }, (_, seed) => compared(seed, { ttft: 1.03 }));
    expect(over(list, (each) => directionOf(each, 'ttft_shift') === 'worse')).toBeGreaterThanOrEqual(0.8);
    expect(over(list, (each) => directionOf(each, 'ttft_mean') === 'worse')).toBeGreaterThanOrEqual(0.8);
  });

  it('in fluidity is found in at least 80 %', () => {
    const list = Array.from({ length: trials }, (_, seed) => compared(seed, { fluidity: 0.97 }));
    expect(over(list, (each) => directionOf(each, 'fluidity_mean') === 'worse')).toBeGreaterThanOrEqual(0.8);
  });

  it('has an interval that holds the truth', () => {
    const list = Array.from({ length: trials }, (_, seed) => compared(seed, { ttft: 1.03 }));
    const holds = over(list, (each) => {
      const { low = 1, high = 0 } = each.find(({ statistic }) => statistic.id === 'ttft_mean') ?? {};
      return low <= 0.03 && high >= 0.03;
    });
    expect(holds).toBeGreaterThanOrEqual(0.88);
  });
});

describe('runs in turns', { timeout: 120_000 }, () => {
  const rounds = 6;
  /** What a machine does in a round, to one system alone: no number of requests averages it away. */
  function inTurns(seed: number, ttft: number): Difference[] {
    const turns = (name: string, effect: Effect): RequestValues =>
      joinRounds(
        Array.from({ length: rounds }, (_, round) => {
          const mood = randomStream(seed, `${name}/mood/${round}`).normal();
          const work = workload(randomStream(seed, `work/${round}`)).slice(0, 150);
          return runOf(work, randomStream(seed, `${name}/${round}`), { ttft: (effect.ttft ?? 1) * (1 + 0.03 * mood) });
        }),
        Array.from({ length: rounds }, (_, round) => round + 1),
      );
    const of = { statistics, paired: true, seed, resamples: 800 };
    return compareValues(turns('one', {}), [turns('two', { ttft })], of)[0] ?? [];
  }

  it('are clustered by round: what differs between rounds raises no alarm in more than 5 % of trials', () => {
    const list = Array.from({ length: trials }, (_, seed) => inTurns(seed, 1));
    expect(over(list, (each) => each.some(clear))).toBeLessThanOrEqual(0.05);
    const holds = over(list, (each) => {
      const { low = 1, high = 0 } = each.find(({ statistic }) => statistic.id === 'ttft_shift') ?? {};
      return low <= 0 && high >= 0;
    });
    expect(holds).toBeGreaterThanOrEqual(0.88);
  });

  it('find what stays the same in all rounds', () => {
    const list = Array.from({ length: 20 }, (_, seed) => inTurns(seed, 1.3));
    expect(over(list, (each) => directionOf(each, 'ttft_shift') === 'worse')).toBeGreaterThanOrEqual(0.8);
  });

  it('compare the rounds that both took part in', () => {
    const run = runOf(workload(randomStream(1, 'w')), randomStream(1, 'r'));
    const [three, two] = [joinRounds([run, run, run], [1, 2, 3]), joinRounds([run, run], [2, 3])];
    for (const paired of [true, false]) {
      const [list] = compareValues(three, [two], { statistics, paired, seed: 1, resamples: 200 });
      expect(list?.find(({ statistic }) => statistic.id === 'ttft_p50')).toMatchObject({ change: 0, n: 2 * requests });
    }
  });
});

describe('what cannot be compared', () => {
  it('a number that one run lacks is no change', () => {
    const [list] = compareValues(
      { ids: [0, 1], columns: new Map([['ttft', [1, 2]]]) },
      [{ ids: [0, 1], columns: new Map([['ttft', [undefined, undefined]]]) }],
      { statistics: [statisticOf('ttft_p50', 0.99)], paired: true, seed: 1 },
    );
    expect(list?.[0]).toMatchObject({ direction: 'cannot tell', baseline: 1 });
    expect(list?.[0]?.change).toBeUndefined();
  });

  it('identical runs do not differ', () => {
    const run = runOf(workload(randomStream(1, 'w')), randomStream(1, 'r'));
    const [list] = compareValues(run, [run], { statistics, paired: true, seed: 1, resamples: 200 });
    for (const { change, p } of list ?? []) expect([change, p]).toEqual([0, 1]);
  });

  it('an unknown name is refused with the nearest', () => {
    expect(() => statisticOf('fluidty_p01', 0.99)).toThrow(/fluidty_p01/);
  });
});

describe('holm', () => {
  it('is the textbook step-down', () => {
    expect(holm([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02]);
  });
});

describe('a gate', () => {
  const statistic: Statistic = statisticOf('fluidity_p01', 0.99);
  const difference = (low: number, high: number): Difference => ({
    statistic,
    baseline: 0.8,
    candidate: 0.8,
    change: (low + high) / 2,
    low,
    high,
    direction: 'no clear difference',
    n: 100,
  });
  const gate = parseGate('fluidity_p01 < -2%');
  const outcome = (low: number, high: number) => decideGate(gate, [difference(low, high)]).outcome;

  it('fires when the interval clears the threshold, and only then', () => {
    expect(outcome(-0.06, -0.03)).toBe('failed');
    expect(outcome(-0.01, 0.02)).toBe('passed');
    expect(outcome(-0.03, 0.01)).toBe('undecided');
  });

  it('fails when its number is missing', () => {
    expect(decideGate(gate, []).outcome).toBe('failed');
  });

  it('without a percent sign speaks in the unit of the number', () => {
    const absolute = parseGate('fluidity_p01 < -0.02');
    expect(decideGate(absolute, [difference(-0.06, -0.03)]).outcome).toBe('failed');
    expect(decideGate(absolute, [difference(-0.02, 0)]).outcome).toBe('passed');
  });

  it.each(['', 'fluidity', 'fluidity_p01 = 2%', 'ttft_p99 > fast'])('"%s" is refused', (text) => {
    expect(() => parseGate(text)).toThrow(/--fail-on/);
  });
});

describe('compatibility', () => {
  const plan = (rate: number, salt = 'a') => ({
    load: { arrivals: { kind: 'poisson', rate } },
    workload: { prompt: { kind: 'fixed', tokens: 10 }, salt },
    score: { pace: 20 },
  });

  it('another rate forbids the comparison and is named', () => {
    const { differing } = compatibility({ name: 'A', plan: plan(4) }, { name: 'B', plan: plan(8) });
    expect(differing).toEqual([
      { kind: 'workload', key: 'load.arrivals.rate', baseline: '4', candidate: '8', forbids: true },
    ]);
  });

  it('other prompts of the same kind do not', () => {
    const { differing, paired } = compatibility({ name: 'A', plan: plan(4) }, { name: 'B', plan: plan(4, 'b') });
    expect(differing.map(({ key, forbids }) => [key, forbids])).toEqual([['workload.salt', false]]);
    expect(paired).toBe(false);
  });
});
