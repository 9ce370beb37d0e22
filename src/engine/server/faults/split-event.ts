import { z } from 'zod';
import { defineFault } from '../fault.ts';
import { writeInPieces } from '../write-in-pieces.ts';

export const splitEvent = defineFault({
  kind: 'split-event',
  summary: 'sends each event in two writes, cut at this byte, or at the next byte each time',
  arguments: z.object({ offset: z.coerce.number().int().min(1).optional() }),
  effects: ({ offset }) => ({
    wire: (next, exchange) => {
      let moving = 0;
      return writeInPieces(next, exchange, (bytes) => {
        moving = (moving % Math.max(1, bytes.length - 1)) + 1;
        return [Math.min(offset ?? moving, bytes.length - 1)];
      });
    },
  }),
});
