import { z } from 'zod';
import { defineFault } from '../fault.ts';

export const empty = defineFault({
  kind: 'empty',
  summary: 'answers 200 with a well-formed stream that holds no token',
  arguments: z.object({}),
  effects: () => ({
    parts: (next) => ({
      push: (part) => {
        if (part.kind === 'usage') next.push({ kind: 'usage', usage: { ...part.usage, completion_tokens: 0 } });
        else if (part.kind !== 'tokens') next.push(part);
      },
      end: () => next.end(),
    }),
  }),
});
