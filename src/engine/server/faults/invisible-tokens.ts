import { z } from 'zod';
import { defineFault } from '../fault.ts';
import { retext } from '../retext.ts';

export const invisibleTokens = defineFault({
  kind: 'invisible-tokens',
  summary: 'leaves the text of each nth token empty',
  arguments: z.object({ every: z.coerce.number().int().min(1).default(3) }),
  effects: ({ every }) => ({ parts: (next) => retext(next, (text, position) => (position % every === 0 ? '' : text)) }),
});
