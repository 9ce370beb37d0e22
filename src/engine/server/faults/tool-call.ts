import { z } from 'zod';
import { defineFault } from '../fault.ts';
import { relabel } from '../relabel.ts';

export const toolCall = defineFault({
  kind: 'tool-call',
  summary: 'after this many visible tokens sends the rest as the arguments of a tool call',
  arguments: z.object({ tokens: z.coerce.number().int().min(0).default(0) }),
  effects: ({ tokens }) => ({ parts: (next) => relabel(next, (position) => (position < tokens ? 'content' : 'tool')) }),
});
