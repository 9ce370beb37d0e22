import { z } from 'zod';
import { defineFault } from '../fault.ts';

export const multiLineData = defineFault({
  kind: 'multi-line-data',
  summary: 'spreads the JSON of each event over several data lines',
  arguments: z.object({}),
  effects: () => ({
    wire: (next) => ({
      write: (payload, marks) => {
        const text = Buffer.from(payload).toString('utf8');
        // A line break between a comma and the next key is white space to JSON.
        next.write(text.replaceAll(',"choices":', ',\ndata: "choices":'), marks);
      },
      end: () => next.end(),
    }),
  }),
});
