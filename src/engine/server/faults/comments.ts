import { z } from 'zod';
import { defineFault } from '../fault.ts';

export const comments = defineFault({
  kind: 'comments',
  summary: 'sends a comment line in a write of its own before each event',
  arguments: z.object({ text: z.string().default('ping') }),
  effects: ({ text }) => ({
    wire: (next) => ({
      write: (payload, marks) => {
        next.write(`: ${text}\n\n`, []);
        next.write(payload, marks);
      },
      end: () => next.end(),
    }),
  }),
});
