import { z } from 'zod';
import { defineFault } from '../fault.ts';
import { withoutPart } from '../without-part.ts';

export const missingUsage = defineFault({
  kind: 'missing-usage',
  summary: 'leaves the usage out although it was asked for',
  arguments: z.object({}),
  effects: () => ({ parts: (next) => withoutPart('usage', next) }),
});
