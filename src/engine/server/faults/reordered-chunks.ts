import { z } from 'zod';
import { defineFault } from '../fault.ts';

export const reorderedChunks = defineFault({
  kind: 'reordered-chunks',
  summary: 'swaps each two events with tokens',
  arguments: z.object({}),
  effects: () => ({
    wire: (next) => {
      let held: (() => void) | undefined;
      const release = (): void => {
        held?.();
        held = undefined;
      };
      return {
        write: (payload, marks) => {
          if (marks.length > 0 && held === undefined) {
            held = () => next.write(payload, marks);
            return;
          }
          // Tokens overtake what is held, anything else must not.
          if (marks.length === 0) release();
          next.write(payload, marks);
          release();
        },
        end: () => {
          release();
          next.end();
        },
      };
    },
  }),
});
