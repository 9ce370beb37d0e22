import { z } from 'zod';
import { defineFault } from '../fault.ts';
import { relabel } from '../relabel.ts';
import type { WireSink } from '../stream-part.ts';

/** The name that newer servers give the field. */
const newName = 'reasoning';

const renamed = (next: WireSink): WireSink => ({
  write: (payload, marks) =>
    next.write(Buffer.from(payload).toString('utf8').replaceAll('"reasoning_content":', `"${newName}":`), marks),
  end: () => next.end(),
});

export const reasoningFirst = defineFault({
  kind: 'reasoning-first',
  summary: 'sends this many tokens as reasoning before the visible answer, in the field reasoning_content or reasoning',
  arguments: z.object({
    tokens: z.coerce.number().int().min(1).default(8),
    field: z.enum(['reasoning_content', newName]).default('reasoning_content'),
  }),
  effects: ({ tokens, field }) => ({
    parts: (next) => relabel(next, (position) => (position < tokens ? 'reasoning' : 'content')),
    ...(field === newName && { wire: renamed }),
  }),
});
