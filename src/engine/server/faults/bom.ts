import { z } from 'zod';
import { defineFault } from '../fault.ts';

export const bom = defineFault({
  kind: 'bom',
  summary: 'starts the stream with a byte order mark',
  arguments: z.object({}),
  effects: () => ({
    wire: (next) => {
      let started = false;
      return {
        write: (payload, marks) => {
          next.write(started ? payload : Buffer.concat([Buffer.from('\ufeff'), Buffer.from(payload)]), marks);
          started = true;
        },
        end: () => next.end(),
      };
    },
  }),
});
