import { z } from 'zod';
import { defineFault } from '../fault.ts';

export const duplicateChunks = defineFault({
  kind: 'duplicate-chunks',
  summary: 'sends each nth event with tokens twice',
  arguments: z.object({ every: z.coerce.number().int().min(1).default(4) }),
  effects: ({ every }) => ({
    wire: (next) => {
      let events = 0;
      return {
        write: (payload, marks) => {
          next.write(payload, marks);
          if (marks.length > 0 && ++events % every === 0) next.write(payload, []);
        },
        end: () => next.end(),
      };
    },
  }),
});
