import { z } from 'zod';
import { defineLength } from './length.ts';
import { tokens } from './tokens.ts';

export const uniform = defineLength({
  kind: 'uniform',
  summary: 'every length from min to max equally often; written short as 100..2000',
  options: z
    .strictObject({ min: tokens.describe('shortest, tokens'), max: tokens.describe('longest, tokens') })
    .refine(({ min, max }) => min <= max, { error: 'min is greater than max' }),
  example: { min: 100, max: 2000 },
  shorthand(text) {
    const range = /^(\d+)\.\.(\d+)$/.exec(text);
    return range ? { min: Number(range[1]), max: Number(range[2]) } : undefined;
  },
  drawn:
    ({ min, max }) =>
    (random) =>
      min + random.below(max - min + 1),
});
