import { z } from 'zod';
import { defineFault } from '../fault.ts';

export const reEmit = defineFault({
  kind: 're-emit',
  summary: 'after this many tokens sends all of them again, as a careless server does after a preemption',
  arguments: z.object({ tokens: z.coerce.number().int().min(1).default(5) }),
  effects: ({ tokens }) => ({
    wire: (next) => {
      const seen: (string | Uint8Array)[] = [];
      let done = false;
      return {
        write: (payload, marks) => {
          next.write(payload, marks);
          if (marks.length === 0 || done) return;
          seen.push(payload);
          if (seen.length < tokens) return;
          done = true;
          for (const event of seen) next.write(event, []);
        },
        end: () => next.end(),
      };
    },
  }),
});
