import { z } from 'zod';
import { type Nanoseconds, nanoseconds } from '../../core/units.ts';
import { defineArrival } from './arrival.ts';

function* noGaps(): Generator<Nanoseconds> {
  for (;;) yield nanoseconds(0);
}

export const oneShot = defineArrival({
  kind: 'one-shot',
  summary: 'all requests at once, at the start',
  options: z.strictObject({}),
  example: {},
  endsByDuration: false,
  rate: () => undefined,
  gaps: () => noGaps(),
});
