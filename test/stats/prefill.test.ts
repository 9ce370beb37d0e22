import { describe, expect, it } from 'vitest';
import { prefillAt } from '../../src/analyses/prefill-fit.ts';
import { interleavedRounds, prefillLengths } from '../../src/analyses/prefill-lengths.ts';
import { type PrefillProfile, prefillProfile } from '../../src/analyses/prefill-profile.ts';
import { randomStream } from '../../src/core/random.ts';
import { nanoseconds } from '../../src/core/units.ts';
import { models } from '../../src/engine/cost/models.ts';
import { designEngine } from '../../src/engine/engine-design.ts';
import type { EngineOptions } from '../../src/engine/engine-options.ts';
import { simulate } from '../../src/engine/virtual-driver.ts';

const times = (lengths: readonly number[], engine: EngineOptions, seed = 0) =>
  simulate(
    lengths.map((promptTokens) => ({ scheduledAt: nanoseconds(0), promptTokens, outputTokens: 1 })),
    engine,
    { users: 1, seed },
  ).records;

const longestOf = (engine: EngineOptions): number | undefined => {
  try {
    return Math.min(designEngine(engine).settings.maxModelLength - 4, 32_000);
  } catch {
    return undefined;
  }
};

const cases = ['h100-sxm-80gb', 'a100-sxm-80gb'].flatMap((gpu) =>
  models.kinds.flatMap((model) =>
    ([1, 2, 4] as const).flatMap((tensorParallel) => {
      const engine = { model, gpu, tensorParallel };
      const longest = longestOf(engine);
      return longest === undefined ? [] : [{ ...engine, longest }];
    }),
  ),
);

const noise = { jitter: 0.02, hiccups: 0.0001 };

function profileOf({ longest, ...engine }: EngineOptions & { readonly longest: number }): PrefillProfile {
  const order = interleavedRounds(prefillLengths(longest), 5, randomStream(1, 'order'));
  const profile = prefillProfile(times(order, { ...engine, ...noise }, 7), { seed: 1, resamples: 100 });
  if (!profile) throw new Error('no profile');
  return profile;
}

/** Noise-free time of each of 120 lengths of the measured range, ms. */
const truthOf = ({ to_tokens }: PrefillProfile, engine: EngineOptions) =>
  times(prefillLengths(to_tokens, 120), engine).map(({ chunks, sentAt = 0, prompt }) => ({
    tokens: prompt.asked ?? 0,
    exact: ((chunks.at[0] ?? 0) - sentAt) / 1e6,
  }));

/** The band's edges as shares of the curve, between two of its points. */
function bandAt({ band, fit }: PrefillProfile, tokens: number): { readonly low: number; readonly high: number } {
  const next = Math.max(
    1,
    band.findIndex((point) => point.tokens >= tokens),
  );
  const [before, after] = [band[next - 1]!, band[next]!];
  const place = Math.log(tokens / before.tokens) / Math.log(after.tokens / before.tokens);
  const between = (edge: 'low_ms' | 'high_ms'): number =>
    (1 - place) * (before[edge] / prefillAt(fit, before.tokens)) + place * (after[edge] / prefillAt(fit, after.tokens));
  return { low: between('low_ms'), high: between('high_ms') };
}

describe('the prefill curve of every calibrated set-up', () => {
  const covered: number[] = [];

  it.each(cases)('$model on $tensorParallel × $gpu: mean error at most 2 %, within the band', (engine) => {
    const profile = profileOf(engine);
    const { longest: _longest, ...exactly } = engine;
    const truth = truthOf(profile, exactly);
    const errors = truth.map(({ tokens, exact }) => Math.abs(prefillAt(profile.fit, tokens) / exact - 1));
    expect(errors.reduce((sum, error) => sum + error, 0) / errors.length).toBeLessThan(0.02);
    const inside = truth.filter(({ tokens, exact }) => {
      const { low, high } = bandAt(profile, tokens);
      const share = exact / prefillAt(profile.fit, tokens);
      return share >= low && share <= high;
    });
    covered.push(inside.length / truth.length);
    expect(covered.at(-1)).toBeGreaterThan(0.8);
  });

  it('has bands of 95 % that hold the truth at 93 % of all lengths and more', () => {
    expect(covered).toHaveLength(cases.length);
    expect(covered.reduce((sum, share) => sum + share, 0) / covered.length).toBeGreaterThanOrEqual(0.93);
  });
});
