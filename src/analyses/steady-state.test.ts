import { describe, expect, it } from 'vitest';
import { randomStream } from '../core/random.ts';
import { type Nanoseconds, nanoseconds } from '../core/units.ts';
import { simulate } from '../engine/virtual-driver.ts';
import { defaultPolicy } from '../metrics/policy.ts';
import { scoreWithSteadyState, steadyPoints, steadyRecords } from './steady-score.ts';
import { type SteadyPoint, type SteadyState, steadyState } from './steady-state.ts';
import { mannKendall, pettitt, ranks, varianceInflation } from './trend-tests.ts';

const trials = 200;
const requests = 600;
const gap = 1e8;

/** Autocorrelated latencies around a level that moves over the run; x goes from 0 to 1. */
function latencies(seed: number, level: (x: number) => number): SteadyPoint[] {
  const random = randomStream(seed, 'steady');
  let [pace, wait] = [0, 0];
  return Array.from({ length: requests }, (_, i) => {
    pace = 0.6 * pace + 0.8 * random.normal();
    wait = 0.8 * wait + 0.6 * random.normal();
    const tpot_ms = 30 * level(i / requests) * Math.exp(0.08 * pace + 0.05 * random.normal());
    const ttft_ms = 200 * level(i / requests) * Math.exp(0.5 * wait);
    const issuedAt = nanoseconds(i * gap);
    return { issuedAt, endedAt: nanoseconds(issuedAt + (ttft_ms + 100 * tpot_ms) * 1e6), tpot_ms, ttft_ms };
  });
}

const verdicts = (level: (x: number, seed: number) => number): SteadyState[] =>
  Array.from({ length: trials }, (_, seed) => steadyState(latencies(seed, (x) => level(x, seed))));

const shareOf = (states: readonly SteadyState[], wanted: (state: SteadyState) => boolean): number =>
  states.filter(wanted).length / states.length;

const because = (state: SteadyState): string => (state.verdict === 'steady' ? 'steady' : state.reason);

describe(`${trials} seeded runs`, () => {
  it('a stationary run is called steady in at least 95 %', () => {
    expect(
      shareOf(
        verdicts(() => 1),
        ({ verdict }) => verdict === 'steady',
      ),
    ).toBeGreaterThanOrEqual(0.95);
  });

  it('a fill transient is cut off and the rest called steady in at least 95 %', () => {
    const states = verdicts((x) => 1 - 0.6 * Math.exp(-x / 0.05));
    const right = shareOf(states, (state) => state.verdict === 'steady' && state.from >= 0.05 * requests * gap);
    expect(right).toBeGreaterThanOrEqual(0.95);
  });

  it('a drift is recognised in at least 95 %', () => {
    expect(
      shareOf(
        verdicts((x) => 1 + 0.4 * x),
        (state) => because(state) === 'drifting',
      ),
    ).toBeGreaterThanOrEqual(0.95);
  });

  it('a level shift is recognised in at least 95 %', () => {
    const states = verdicts((x, seed) => (x > 0.4 + (seed % 10) * 0.03 ? 1.3 : 1));
    expect(shareOf(states, (state) => because(state) === 'level shift')).toBeGreaterThanOrEqual(0.95);
  });

  it('what never settles is never called steady', () => {
    const states = verdicts((x) => 1 - 0.6 * Math.exp(-x / 0.45));
    expect(shareOf(states, ({ verdict }) => verdict === 'none')).toBeGreaterThanOrEqual(0.95);
    expect(shareOf(states, (state) => because(state) === 'still settling')).toBeGreaterThan(0.5);
  });
});

describe('a simulated engine', () => {
  const schedule = (rate: number, count: number, seed: number) => {
    const random = randomStream(seed, 'arrivals');
    let at = 0;
    return Array.from({ length: count }, () => {
      at += (random.exponential() / rate) * 1e9;
      return {
        scheduledAt: nanoseconds(at),
        promptTokens: 300 + random.below(400),
        outputTokens: 60 + random.below(80),
        phase: 'measure' as const,
      };
    });
  };
  const engine = { model: 'llama3-8b', gpu: 'h100-sxm-80gb', jitter: 0.02 };

  it('at half its load is steady', () => {
    const states = [1, 2, 3, 4, 5, 6].map((seed) =>
      steadyState(steadyPoints(simulate(schedule(10, 800, seed), engine, { seed }).records, defaultPolicy)),
    );
    expect(states.filter(({ verdict }) => verdict === 'steady').length).toBeGreaterThanOrEqual(5);
  });

  it('that cannot keep up is not', () => {
    const states = [1, 2, 3].map((seed) => {
      const overloaded = { ...engine, maxSequences: 8 };
      return steadyState(steadyPoints(simulate(schedule(40, 800, seed), overloaded, { seed }).records, defaultPolicy));
    });
    expect(states.every(({ verdict }) => verdict === 'none')).toBe(true);
  });

  it('has both scores side by side', () => {
    const { records } = simulate(schedule(10, 800, 1), engine, { seed: 1 });
    const { steadyState: state, headline } = scoreWithSteadyState(records, defaultPolicy);
    if (state.verdict !== 'steady') throw new Error(state.explain);
    expect(state.headline?.fluidShare.n).toBe(steadyRecords(records, state).length);
    expect(headline.fluidShare.n).toBe(800);
    expect(state.headline?.fluidShare.n).toBeLessThan(800);
  });
});

describe('too short', () => {
  it('few requests', () => {
    const state = steadyState(latencies(1, () => 1).slice(0, 90));
    expect(because(state)).toBe('too short');
  });

  it('a load that was over before the slow answers were', () => {
    const points = latencies(1, () => 1).map((point) => ({
      ...point,
      endedAt: (point.issuedAt + 0.4 * requests * gap) as Nanoseconds,
    }));
    expect(because(steadyState(points))).toBe('too short');
  });

  it('nothing at all', () => {
    expect(because(steadyState([]))).toBe('too short');
  });
});

describe('the tests behind the verdict', () => {
  const noise = (seed: number, n: number): number[] => {
    const random = randomStream(seed, 'noise');
    return Array.from({ length: n }, () => random.normal());
  };

  it('ranks share ties', () => {
    expect(ranks([3, 1, 3, 2])).toEqual([3.5, 1, 3.5, 2]);
  });

  it("Mann and Kendall's p of a rising series of ten without ties", () => {
    // S = 45, variance 125: z = 44 / √125.
    expect(mannKendall([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]).p).toBeCloseTo(8.303e-5, 7);
  });

  it('is uniform enough on white noise', () => {
    const small = Array.from({ length: 400 }, (_, seed) => mannKendall(noise(seed, 40)).p).filter((p) => p < 0.05);
    expect(small.length / 400).toBeLessThan(0.08);
    expect(small.length / 400).toBeGreaterThan(0.02);
  });

  it('autocorrelation widens it, white noise does not', () => {
    let value = 0;
    const series = noise(3, 60).map((step) => {
      value = 0.8 * value + step;
      return value;
    });
    expect(varianceInflation(series)).toBeGreaterThan(2);
    expect(varianceInflation(noise(4, 60))).toBeLessThan(2);
  });

  it('Pettitt finds where the level changes', () => {
    const series = noise(5, 40).map((value, i) => value + (i >= 20 ? 5 : 0));
    const { at, p, change } = pettitt(series);
    expect(at).toBe(20);
    expect(p).toBeLessThan(1e-4);
    expect(change).toBeGreaterThan(4);
  });
});
