import { z } from 'zod';
import { defineFault } from '../fault.ts';

export const doubleFinish = defineFault({
  kind: 'double-finish',
  summary: 'sends the event with the finish reason twice',
  arguments: z.object({}),
  effects: () => ({
    parts: (next) => ({
      push: (part) => {
        next.push(part);
        if (part.kind === 'finish') next.push(part);
      },
      end: () => next.end(),
    }),
  }),
});
