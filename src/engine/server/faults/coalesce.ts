import { z } from 'zod';
import { defineFault } from '../fault.ts';
import type { TokenMark } from '../stream-part.ts';

export const coalesce = defineFault({
  kind: 'coalesce',
  summary: 'puts this many events into each write',
  arguments: z.object({ events: z.coerce.number().int().min(1).max(100_000).default(3) }),
  effects: ({ events }) => ({
    wire: (next) => {
      let held: Uint8Array[] = [];
      let marks: TokenMark[] = [];
      const release = (): void => {
        next.write(Buffer.concat(held), marks);
        held = [];
        marks = [];
      };
      return {
        write: (payload, own) => {
          held.push(Buffer.from(payload));
          marks.push(...own);
          if (held.length >= events) release();
        },
        end: () => {
          release();
          next.end();
        },
      };
    },
  }),
});
