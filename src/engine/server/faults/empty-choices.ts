import { z } from 'zod';
import { defineFault } from '../fault.ts';

export const emptyChoices = defineFault({
  kind: 'empty-choices',
  summary: 'sends an event with empty choices after each event that has tokens',
  arguments: z.object({}),
  effects: () => ({
    parts: (next) => ({
      push: (part) => {
        next.push(part);
        if (part.kind === 'tokens') next.push({ kind: 'raw', text: 'data: {"choices":[]}\n\n' });
      },
      end: () => next.end(),
    }),
  }),
});
