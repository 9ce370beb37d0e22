import { z } from 'zod';
import { defineFault } from '../fault.ts';

const ends = { crlf: '\r\n', cr: '\r', lf: '\n' } as const;

export const lineEnds = defineFault({
  kind: 'line-ends',
  summary: 'ends lines with crlf, cr or lf',
  arguments: z.object({ end: z.enum(['crlf', 'cr', 'lf']).default('crlf') }),
  effects: ({ end }) => ({
    wire: (next) => ({
      write: (payload, marks) => next.write(Buffer.from(payload).toString('utf8').replaceAll('\n', ends[end]), marks),
      end: () => next.end(),
    }),
  }),
});
