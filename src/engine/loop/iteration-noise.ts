import type { Random } from '../../core/random.ts';
import { nanosecondsPerMillisecond } from '../../core/units.ts';

/** The duration of an iteration as it turns out, nanoseconds. */
export type IterationNoise = (duration: number) => number;

export interface NoiseOptions {
  /** Sigma of a lognormal factor on every iteration. */
  readonly jitter: number;
  /** Share of iterations that take 20–50 ms more. */
  readonly hiccups: number;
}

/** Seeded noise; undefined when there is none, so that nothing is drawn. */
export function iterationNoise({ jitter, hiccups }: NoiseOptions, random: Random): IterationNoise | undefined {
  if (jitter === 0 && hiccups === 0) return undefined;
  return (duration) => {
    const factor = Math.exp(jitter * random.normal());
    const hiccup = random.next() < hiccups ? (20 + 30 * random.next()) * nanosecondsPerMillisecond : 0;
    return duration * factor + hiccup;
  };
}
