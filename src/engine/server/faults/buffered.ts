import { z } from 'zod';
import { defineFault } from '../fault.ts';
import type { TokenMark } from '../stream-part.ts';

export const buffered = defineFault({
  kind: 'buffered',
  summary: 'holds the whole stream back and releases it in one write, as a buffering proxy does',
  arguments: z.object({}),
  effects: () => ({
    wire: (next) => {
      const held: Uint8Array[] = [];
      const marks: TokenMark[] = [];
      return {
        write: (payload, own) => {
          held.push(Buffer.from(payload));
          marks.push(...own);
        },
        end: () => {
          next.write(Buffer.concat(held), marks);
          next.end();
        },
      };
    },
  }),
});
