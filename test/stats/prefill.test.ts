import { describe, expect, it } from 'vitest';
import { prefillAt } from '../../src/analyses/prefill-fit.ts';
import { interleavedRounds, prefillLengths } from '../../src/analyses/prefill-lengths.ts';
import { prefillProfile } from '../../src/analyses/prefill-profile.ts';
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

describe('the prefill curve of every calibrated set-up', () => {
  it.each(cases)('$model on $tensorParallel × $gpu: mean error at most 2 %', ({ longest, ...engine }) => {
    const order = interleavedRounds(prefillLengths(longest), 5, randomStream(1, 'order'));
    const profile = prefillProfile(times(order, { ...engine, jitter: 0.02, hiccups: 0.0001 }, 7), {
      seed: 1,
      resamples: 20,
    });
    if (!profile) throw new Error('no profile');
    const dense = prefillLengths(profile.to_tokens, 120);
    const errors = times(dense, engine).map(({ chunks, sentAt = 0, prompt }) => {
      const exact = ((chunks.at[0] ?? 0) - sentAt) / 1e6;
      return Math.abs(prefillAt(profile.fit, prompt.asked ?? 0) / exact - 1);
    });
    const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    expect(mean).toBeLessThan(0.02);
  });
});
