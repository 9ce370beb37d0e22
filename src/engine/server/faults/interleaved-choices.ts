import { z } from 'zod';
import { defineFault } from '../fault.ts';

export const interleavedChoices = defineFault({
  kind: 'interleaved-choices',
  summary: 'sends the tokens of a second choice between those of the first',
  arguments: z.object({}),
  effects: () => ({
    wire: (next) => ({
      write: (payload, marks) => {
        next.write(payload, marks);
        if (marks.length === 0) return;
        const text = Buffer.from(payload).toString('utf8');
        next.write(text.replace('"choices":[{"index":0', '"choices":[{"index":1'), []);
      },
      end: () => next.end(),
    }),
  }),
});
