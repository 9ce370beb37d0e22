import { z } from 'zod';
import { lengths, mostTokens, tokenizers } from '../../workload/index.ts';
import { kindName, kindUnion } from '../kind-union.ts';
import { exampleShorthand } from '../shorthand.ts';

const tokens = z.int().min(1).max(mostTokens);

/** Used where a plan says nothing: an ordinary question and an ordinary answer. */
export const defaultLengths = { prompt: '512', output: '128' } as const;

export const workload = z.strictObject({
  prompt: kindUnion(lengths)
    .optional()
    .meta({ description: 'tokens of each prompt', examples: [exampleShorthand(lengths)] }),
  output: kindUnion(lengths)
    .optional()
    .meta({ description: 'tokens asked of each answer', examples: ['100..400'] }),
  paired: z
    .strictObject({
      file: z
        .string()
        .min(1)
        .optional()
        .meta({
          description: 'CSV or JSON file with prompt and answer lengths of each request',
          examples: ['trace.csv'],
        }),
      rows: z
        .array(z.tuple([tokens, tokens]))
        .min(1)
        .optional()
        .meta({ description: 'the pairs themselves, [prompt, answer]', examples: [[[512, 128]]] }),
      order: z
        .enum(['drawn', 'given'])
        .default('drawn')
        .meta({
          description: 'pairs are drawn at random, or taken one after the other and again from the first',
          examples: ['given'],
        }),
    })
    .refine(({ file, rows }) => (file === undefined) !== (rows === undefined), {
      error: 'give exactly one of file and rows',
    })
    .optional()
    .meta({ description: 'instead of prompt and output: lengths that belong together' }),
  cache: z
    .enum(['cold', 'warm'])
    .default('cold')
    .meta({
      description: 'cold: no two prompts begin alike, so that no prefix cache can answer; warm: all do',
      examples: ['warm'],
    }),
  tokenizer: kindName(tokenizers)
    .default(tokenizers.kinds[0] ?? '')
    .meta({
      description: 'counts prompts, and answers whose server counts nothing',
      examples: tokenizers.kinds.slice(0, 1),
    }),
  salt: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'other prompts for the same seed, arrivals and lengths', examples: ['second-try'] }),
});
