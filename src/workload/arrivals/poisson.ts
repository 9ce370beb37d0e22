import { z } from 'zod';
import type { Random } from '../../core/random.ts';
import { defineArrival } from './arrival.ts';
import { rate, toNanoseconds } from './rate.ts';

/** Exponential gaps, exact: neither clipped nor rescaled, since both would change the rate or the bursts. */
function* exponentialGaps(perSecond: number, random: Random): Generator<number> {
  for (;;) yield random.exponential() / perSecond;
}

export const poisson = defineArrival({
  kind: 'poisson',
  summary: 'independent arrivals at a mean rate, as from many users who do not know each other',
  options: z.strictObject({ rate }),
  example: { rate: 5 },
  positional: 'rate',
  endsByDuration: true,
  rate: (options) => options.rate,
  gaps: (options, random) => toNanoseconds(exponentialGaps(options.rate, random)),
});
