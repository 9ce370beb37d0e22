import { z } from 'zod';
import { limits } from './sections/limits.ts';
import { load } from './sections/load.ts';
import { phases } from './sections/phases.ts';
import { score } from './sections/score.ts';
import { target } from './sections/target.ts';
import { workload } from './sections/workload.ts';

/** Everything a run needs to know. Sections and choices derive from the lists of definitions. */
export const planSchema = z.strictObject({
  version: z
    .literal(1, { error: 'expected 1, the only version of plans there is' })
    .default(1)
    .meta({ description: 'version of this format', examples: [1] }),
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, {
      error: 'expected letters, digits, dot, dash and underscore, at most 64, since it names a folder',
    })
    .optional()
    .meta({ description: "name of the run's folder; the model if absent", examples: ['chat-8b'] }),
  target,
  load,
  phases: phases.prefault({}),
  workload: workload.prefault({}),
  limits: limits.prefault({}),
  score: score.prefault({}),
  seed: z
    .union([z.int().min(0), z.literal('random')], { error: 'expected a whole number from 0, or random' })
    .default(1)
    .meta({ description: 'root of all randomness; random draws a number and keeps it', examples: [42] }),
  repeat: z
    .int()
    .min(1)
    .max(1000)
    .default(1)
    .meta({ description: 'run this many times, each with a seed of its own', examples: [5] }),
  keepText: z.boolean().default(false).meta({ description: 'store answers; by default text is counted and dropped' }),
  workers: z
    .int()
    .min(1)
    .max(64)
    .optional()
    .meta({ description: 'threads that read sockets; chosen by the machine if absent', examples: [2] }),
  selftest: z
    .enum(['always', 'cached', 'off'])
    .default('cached')
    .meta({
      description: "measure the machine's own error before the run, or take what was measured since it started",
      examples: ['off'],
    }),
  strict: z.boolean().default(false).meta({ description: 'a suspect measurement fails, not only an invalid one' }),
});

export type PlanSection = keyof typeof planSchema.shape;
