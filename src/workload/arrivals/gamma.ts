import { z } from 'zod';
import type { Random } from '../../core/random.ts';
import { defineArrival } from './arrival.ts';
import { rate, toNanoseconds } from './rate.ts';

/** Shape k = 1 / CV², scale = 1 / (rate · k). */
function* gammaGaps(perSecond: number, cv: number, random: Random): Generator<number> {
  const shape = 1 / cv ** 2;
  for (;;) yield random.gamma(shape) / (perSecond * shape);
}

export const gamma = defineArrival({
  kind: 'gamma',
  summary: 'arrivals at a mean rate with chosen burstiness: cv above 1 comes in bursts, below 1 is regular',
  options: z.strictObject({
    rate,
    cv: z
      .number()
      .positive()
      .max(20)
      .describe('coefficient of variation of the gaps; 1 is the same as independent arrivals'),
  }),
  example: { rate: 5, cv: 2 },
  positional: 'rate',
  endsByDuration: true,
  rate: (options) => options.rate,
  gaps: (options, random) => toNanoseconds(gammaGaps(options.rate, options.cv, random)),
});
