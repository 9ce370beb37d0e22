import { z } from 'zod';
import { defineFault } from '../fault.ts';

/** In this order no CR comes before an LF, which together would be one end. */
const ends = { crlf: ['\r\n'], cr: ['\r'], lf: ['\n'], mixed: ['\r\n', '\n', '\r'] } as const;

export const lineEnds = defineFault({
  kind: 'line-ends',
  summary: 'ends lines with crlf, cr or lf, or with each in turn (mixed)',
  arguments: z.object({ end: z.enum(['crlf', 'cr', 'lf', 'mixed']).default('crlf') }),
  effects: ({ end }) => ({
    wire: (next) => {
      let lines = 0;
      const inTurn = (): string => ends[end][lines++ % ends[end].length] ?? '';
      return {
        write: (payload, marks) => next.write(Buffer.from(payload).toString('utf8').replaceAll('\n', inTurn), marks),
        end: () => next.end(),
      };
    },
  }),
});
