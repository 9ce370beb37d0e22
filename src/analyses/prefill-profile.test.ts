import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scorePolicy } from '../config/score-policy.ts';
import { score as scoreSection } from '../config/sections/score.ts';
import { randomStream } from '../core/random.ts';
import type { RequestRecord } from '../core/record.ts';
import { nanoseconds } from '../core/units.ts';
import { models } from '../engine/cost/models.ts';
import type { EngineOptions } from '../engine/engine-options.ts';
import { simulate } from '../engine/virtual-driver.ts';
import { predictedPrefill } from '../metrics/prefill-deadline.ts';
import { prefillCurveFile } from './prefill-curve.ts';
import { fitPrefill, type PrefillFit, prefillAt } from './prefill-fit.ts';
import { nonNegativeLeastSquares } from './prefill-least-squares.ts';
import { interleavedRounds, prefillLengths } from './prefill-lengths.ts';
import { type PrefillProfile, prefillProfile } from './prefill-profile.ts';
import { refinedProfile } from './prefill-refinement.ts';

const repetitions = 5;
const longest = 2000;

const isolated = (lengths: readonly number[], engine: EngineOptions, seed: number): readonly RequestRecord[] =>
  simulate(
    lengths.map((promptTokens) => ({ scheduledAt: nanoseconds(0), promptTokens, outputTokens: 1 })),
    engine,
    { users: 1, seed },
  ).records;

function profileOf(engine: EngineOptions, seed: number): PrefillProfile {
  const lengths = interleavedRounds(prefillLengths(longest), repetitions, randomStream(seed, 'order'));
  const noisy = { ...engine, jitter: 0.02, hiccups: 0.0001 };
  const profile = prefillProfile(isolated(lengths, noisy, seed));
  if (!profile) throw new Error('no profile');
  return profile;
}

/** Noise-free times of these lengths, ms. */
const truth = (lengths: readonly number[], engine: EngineOptions): number[] =>
  isolated(lengths, engine, 0).map(({ chunks, sentAt = 0 }) => ((chunks.at[0] ?? 0) - sentAt) / 1e6);

/** Records of a target whose times are exactly these. */
const recordsOf = (times: readonly (readonly [tokens: number, ms: number])[]): RequestRecord[] =>
  times.map(([tokens, ms], id) => ({
    id,
    phase: 'measure',
    scheduledAt: nanoseconds(0),
    sentAt: nanoseconds(0),
    endedAt: nanoseconds(ms * 1e6),
    prompt: { asked: tokens },
    output: { total: 1 },
    chunks: { at: [ms * 1e6], tokens: [1], kind: [0], bytes: [10], read: [0] },
    outcome: { status: 'completed' },
  }));

const failing = (id: number, tokens: number): RequestRecord => ({
  id,
  phase: 'measure',
  scheduledAt: nanoseconds(0),
  sentAt: nanoseconds(0),
  prompt: { asked: tokens },
  output: {},
  chunks: { at: [], tokens: [], kind: [], bytes: [], read: [] },
  outcome: { status: 'failed', failure: { kind: 'http', httpStatus: 500 } },
});

describe('fitPrefill', () => {
  const coefficient = (max: number) => fc.double({ min: 0, max, noNaN: true });

  it('finds the curve that made the times', () => {
    fc.assert(
      fc.property(coefficient(50), coefficient(0.5), coefficient(1e-5), (a_ms, b_ms_per_token, c_ms_per_token2) => {
        const fit: PrefillFit = { a_ms: a_ms + 1, b_ms_per_token, c_ms_per_token2, floor_ms: 0 };
        const lengths = prefillLengths(16_000);
        const found = fitPrefill(lengths.map((tokens) => ({ tokens, time_ms: prefillAt(fit, tokens), weight: 1 })));
        for (const tokens of lengths) expect(prefillAt(found, tokens) / prefillAt(fit, tokens)).toBeCloseTo(1, 3);
      }),
      { numRuns: 30 },
    );
  });

  it('never falls, whatever the times', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.1, max: 1e4, noNaN: true }), { minLength: 3, maxLength: 12 }),
        (times) => {
          const fit = fitPrefill(times.map((time_ms, i) => ({ tokens: 64 * 2 ** i, time_ms, weight: 1 })));
          expect(Object.values(fit).every((value) => Number.isFinite(value) && value >= 0)).toBe(true);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('nonNegativeLeastSquares', () => {
  it('leaves out a column that only a negative coefficient could use', () => {
    const { coefficients } = nonNegativeLeastSquares(
      [
        [1, 1, 1],
        [1, 2, 3],
      ],
      [3, 2, 1],
      [1, 1, 1],
    );
    expect(coefficients[1]).toBe(0);
    expect(coefficients[0]).toBeCloseTo(2, 12);
  });
});

describe('a profile of a simulated engine', () => {
  it.each(models.kinds)('%s: mean error at most 2 % over all lengths, under noise', (model) => {
    const engine: EngineOptions = { model, gpu: 'h100-sxm-80gb', tensorParallel: 2 };
    const { fit } = profileOf(engine, 3);
    const dense = prefillLengths(longest, 40);
    const exact = truth(dense, engine);
    const errors = dense.map((tokens, i) => Math.abs(prefillAt(fit, tokens) / (exact[i] ?? 1) - 1));
    expect(errors.reduce((sum, error) => sum + error, 0) / errors.length).toBeLessThan(0.02);
  });

  it('has a band that holds the truth at nearly every length', () => {
    const engine: EngineOptions = { model: 'llama3-8b', gpu: 'a100-sxm-80gb' };
    let [inside, all] = [0, 0];
    for (let seed = 1; seed <= 12; seed++) {
      const { band } = profileOf(engine, seed);
      const exact = truth(
        band.map(({ tokens }) => tokens),
        engine,
      );
      for (const [i, { low_ms, high_ms }] of band.entries()) {
        const time = exact[i] ?? 0;
        all++;
        if (time >= low_ms && time <= high_ms) inside++;
      }
    }
    expect(inside / all).toBeGreaterThanOrEqual(0.93);
  });

  it('tells the time of a prompt whose beginning is cached', () => {
    const engine: EngineOptions = { model: 'llama3-8b', gpu: 'a100-sxm-80gb', tensorParallel: 2, prefixCaching: true };
    const block = 16;
    const blocks = (prompt: number, n: number): number[] => Array.from({ length: n }, (_, i) => 1000 * prompt + i);
    const request = (promptTokens: number, blockHashes: readonly number[]) => ({
      scheduledAt: nanoseconds(0),
      promptTokens,
      outputTokens: 1,
      blockHashes,
    });
    const warmed = [600, 1800, 4100, 7900].flatMap((tokens, i) =>
      [0.25, 0.5, 0.9, 1].flatMap((share, j) => {
        const all = blocks(i * 10 + j + 1, Math.floor(tokens / block));
        const some = all.slice(0, Math.floor(all.length * share));
        return [request(some.length * block + 1, some), request(tokens, all)];
      }),
    );
    const cold = interleavedRounds(prefillLengths(8000), 3, randomStream(1, 'order')).map((tokens, i) =>
      request(tokens, blocks(100 + i, Math.floor(tokens / block))),
    );
    const { records } = simulate([...cold, ...warmed], engine, { users: 1, seed: 1 });
    const profile = prefillProfile(records);
    for (const { chunks, sentAt = 0, prompt } of records.filter(({ prompt: { cached = 0 } }) => cached > 64)) {
      const time = ((chunks.at[0] ?? 0) - sentAt) / 1e6;
      const told = prefillAt(profile?.fit as PrefillFit, prompt.reported ?? 0, prompt.cached);
      expect(Math.abs(told / time - 1)).toBeLessThan(0.1);
    }
  });

  it('reports a step of the scheduler where there is one', () => {
    const engine: EngineOptions = { model: 'mixtral-8x7b', gpu: 'a100-sxm-80gb', tensorParallel: 2, jitter: 0.001 };
    const lengths = interleavedRounds([500, 1000, 1500, 1900, 2040, 2080, 2600, 3800], 5, randomStream(1, 'order'));
    const profile = prefillProfile(isolated(lengths, engine, 1));
    expect(profile?.steps.some(({ from_tokens, to_tokens }) => from_tokens === 2040 && to_tokens === 2080)).toBe(true);
  });
});

describe('what spoils a profile', () => {
  const clean = interleavedRounds(prefillLengths(8000), repetitions, randomStream(1, 'order')).map(
    (tokens, i): [number, number] => [tokens, (12 + 0.03 * tokens + 4e-7 * tokens ** 2) * (1 + 0.01 * Math.sin(i))],
  );
  const base = prefillProfile(recordsOf(clean));
  const largestChange = (profile: PrefillProfile | undefined): number =>
    Math.max(
      ...prefillLengths(8000).map((tokens) =>
        Math.abs(prefillAt(profile?.fit ?? never(), tokens) / prefillAt(base?.fit ?? never(), tokens) - 1),
      ),
    );
  const never = (): never => {
    throw new Error('no profile');
  };

  it.each([0, 7, 33, 69])('a lone outlier, request %i, changes nothing and is named', (odd) => {
    for (const factor of [0.1, 3, 100]) {
      const times = clean.map(([tokens, ms], i): [number, number] => [tokens, i === odd ? ms * factor : ms]);
      const profile = prefillProfile(recordsOf(times));
      expect(profile?.outliers.map(({ id }) => id)).toEqual([odd]);
      expect(largestChange(profile)).toBeLessThan(0.004);
    }
  });

  it('an outlier among single measurements changes next to nothing', () => {
    const once = prefillLengths(8000).map((tokens): [number, number] => [tokens, 12 + 0.03 * tokens]);
    const spoiled = once.map(([tokens, ms], i): [number, number] => [tokens, i === 5 ? ms * 8 : ms]);
    const profile = prefillProfile(recordsOf(spoiled));
    for (const [tokens, ms] of once) expect(prefillAt(profile?.fit ?? never(), tokens) / ms).toBeCloseTo(1, 2);
  });

  it('a failed request changes nothing and is told', () => {
    const records = recordsOf(clean).map((record, i) => (i === 12 ? failing(12, record.prompt.asked ?? 0) : record));
    const profile = prefillProfile(records);
    expect(profile?.unusable).toEqual([{ id: 12, asked: records[12]?.prompt.asked, reason: 'http 500' }]);
    expect(largestChange(profile)).toBeLessThan(0.004);
  });

  it('answers that a cache shortened count at what was left to compute, and alone make no curve', () => {
    const truthOf = (tokens: number, cached: number): number =>
      12 + 0.03 * (tokens - cached) + 4e-7 * (tokens ** 2 - cached ** 2) + 0.002 * cached;
    const cold = prefillLengths(8000).map((tokens): [number, number, number] => [tokens, truthOf(tokens, 0), 0]);
    const warm = [2000, 4000, 8000].map((tokens): [number, number, number] => {
      const cached = 16 * Math.floor((tokens - 1) / 16);
      return [tokens, truthOf(tokens, cached), cached];
    });
    const records = (rows: readonly (readonly [number, number, number])[]): RequestRecord[] =>
      recordsOf(rows.map(([tokens, ms]): [number, number] => [tokens, ms])).map((record, i) => ({
        ...record,
        prompt: { ...record.prompt, cached: rows[i]![2] },
      }));
    const profile = prefillProfile(records([...cold, ...warm]));
    expect(profile?.unusable).toEqual([]);
    expect([profile?.from_tokens, profile?.to_tokens]).toEqual([32, 8000]);
    expect(profile?.fit.cached_ms_per_token).toBeCloseTo(0.002, 5);
    for (const [tokens, ms, cached] of [...cold, ...warm]) {
      expect(prefillAt(profile?.fit ?? never(), tokens, cached) / ms).toBeCloseTo(1, 4);
    }
    expect(prefillProfile(records(warm))).toBeUndefined();
  });

  it('fewer than three lengths make no curve', () => {
    expect(
      prefillProfile(
        recordsOf([
          [100, 5],
          [200, 9],
        ]),
      ),
    ).toBeUndefined();
  });
});

describe('what the formula cannot follow', () => {
  const step = (tokens: number): number => 12 + 0.03 * tokens + (tokens > 2048 ? 6 : 0);
  const noisy = (lengths: readonly number[], turn: number): [number, number][] =>
    interleavedRounds(lengths, repetitions, randomStream(turn, 'order')).map((tokens, i) => [
      tokens,
      step(tokens) * (1 + 0.01 * Math.sin(7 * i + turn)),
    ]);

  it('is found by further lengths, and the curve then follows it and never falls', async () => {
    let times = noisy(prefillLengths(8000), 0);
    let turn = 0;
    const first = prefillProfile(recordsOf(times));
    const profile = await refinedProfile(first!, async (lengths) => {
      times = [...times, ...noisy(lengths, ++turn)];
      return recordsOf(times);
    });
    expect(profile.points.length).toBeGreaterThan(first!.points.length);
    expect(profile.points.length).toBeLessThanOrEqual(first!.points.length + 96);
    const asked = profile.points.map((point) => point.asked);
    expect(asked).toEqual(expect.arrayContaining([255, 257, 511, 513, 1023, 1025, 2047, 2049, 2064]));
    for (const [i, after] of asked.slice(1).entries()) {
      if (asked[i]! >= 128) expect(after / asked[i]!).toBeLessThan(1.23);
    }
    let last = 0;
    for (const tokens of prefillLengths(8000, 300)) {
      const time = prefillAt(profile.fit, tokens);
      expect(time).toBeGreaterThanOrEqual(last);
      expect(Math.abs(time / step(tokens) - 1)).toBeLessThan(0.02);
      last = time;
    }
  });

  it('is closed in upon by what the server counts, wherever its steps lie', async () => {
    const template = 27;
    const split = (counted: number): number => 12 + 0.03 * counted + (counted > 3000 ? 9 : 0);
    let times: [number, number][] = [];
    const counted = () =>
      recordsOf(times).map((record) => ({
        ...record,
        prompt: { asked: record.prompt.asked!, reported: record.prompt.asked! + template },
      }));
    const measure = async (lengths: readonly number[]) => {
      const order = interleavedRounds(lengths, repetitions, randomStream(times.length, 'order'));
      times = [
        ...times,
        ...order.map((asked, i): [number, number] => [asked, split(asked + template) * (1 + 0.01 * Math.sin(7 * i))]),
      ];
      return counted();
    };
    const profile = await refinedProfile(prefillProfile(await measure(prefillLengths(8000)))!, measure);
    const tokens = profile.points.map((point) => point.tokens);
    expect(tokens).toEqual(expect.arrayContaining([1023, 1025, 4095, 4097]));
    const behind = tokens.find((each) => each > 3000)!;
    expect(behind - tokens[tokens.indexOf(behind) - 1]!).toBeLessThanOrEqual(4);
  });

  it('stays what it is where nothing more may be measured', async () => {
    const first = prefillProfile(recordsOf(noisy(prefillLengths(8000), 0)))!;
    expect(await refinedProfile(first, async () => undefined)).toBe(first);
  });

  it('makes deadlines as the file tells them', () => {
    const { fit, ...rest } = prefillProfile(recordsOf(noisy(prefillLengths(8000), 0)))!;
    const origin = { id: 'c', target: 't', model: 'm', date: 'd', metron: 'v' };
    const { profile: _profile, ...curve } = prefillCurveFile({ fit, ...rest }, origin);
    const section = scoreSection.parse({ prefillCurve: curve }) as Parameters<typeof scorePolicy>[0];
    const { prefillDeadline } = scorePolicy(section);
    for (const [promptTokens, cachedTokens] of [
      [100, 0],
      [2040, 0],
      [2500, 0],
      [8000, 5900],
    ] as const) {
      const told = predictedPrefill(prefillDeadline, { promptTokens, cachedTokens });
      expect((told ?? 0) / 1e6 / prefillAt(fit, promptTokens, cachedTokens)).toBeCloseTo(1, 5);
    }
  });
});

describe('the plan of a profile', () => {
  it('measures every length once a round, in an order of its own', () => {
    const lengths = prefillLengths(4096);
    const rounds = interleavedRounds(lengths, 3, randomStream(5, 'order'));
    for (let i = 0; i < 3; i++) {
      const round = rounds.slice(i * lengths.length, (i + 1) * lengths.length);
      expect([...round].sort((a, b) => a - b)).toEqual(lengths);
      expect(round).not.toEqual(lengths);
    }
  });
});
