import { z } from 'zod';
import { defineArrival } from './arrival.ts';
import { rate, toNanoseconds } from './rate.ts';

function* equalGaps(perSecond: number): Generator<number> {
  yield 0;
  for (;;) yield 1 / perSecond;
}

export const constant = defineArrival({
  kind: 'constant',
  summary: 'equally spaced arrivals, the first at the start',
  options: z.strictObject({ rate }),
  example: { rate: 5 },
  positional: 'rate',
  endsByDuration: true,
  rate: (options) => options.rate,
  gaps: (options) => toNanoseconds(equalGaps(options.rate)),
});
