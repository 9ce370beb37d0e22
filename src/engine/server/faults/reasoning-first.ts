import { z } from 'zod';
import { defineFault } from '../fault.ts';
import { relabel } from '../relabel.ts';

export const reasoningFirst = defineFault({
  kind: 'reasoning-first',
  summary: 'sends this many tokens as reasoning before the visible answer',
  arguments: z.object({ tokens: z.coerce.number().int().min(1).default(8) }),
  effects: ({ tokens }) => ({
    parts: (next) => relabel(next, (position) => (position < tokens ? 'reasoning' : 'content')),
  }),
});
