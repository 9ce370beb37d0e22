import { z } from 'zod';
import { defineLength } from './length.ts';
import { tokens } from './tokens.ts';

export const fixed = defineLength({
  kind: 'fixed',
  summary: 'always the same length; written short as 512',
  options: z.strictObject({ tokens: tokens.describe('length in tokens') }),
  example: { tokens: 512 },
  positional: 'tokens',
  shorthand: (text) => (/^\d+$/.test(text) ? { tokens: Number(text) } : undefined),
  drawn: (options) => () => options.tokens,
});
