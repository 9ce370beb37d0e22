import { randomStream } from '../core/random.ts';

/**
 * Seed of the nth repetition of a run, from 0. The first keeps the plan's seed; the others differ in
 * arrivals, lengths and prompts, since equal prompts would be answered from a cache.
 */
export const repetitionSeed = (seed: number, repetition: number): number =>
  repetition === 0 ? seed : randomStream(seed, `repetition/${repetition}`).below(2 ** 32);
