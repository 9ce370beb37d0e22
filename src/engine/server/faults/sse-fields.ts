import { z } from 'zod';
import { defineFault } from '../fault.ts';

export const sseFields = defineFault({
  kind: 'sse-fields',
  summary: 'adds event, id and retry fields to each event and writes data: without the space',
  arguments: z.object({}),
  effects: () => ({
    wire: (next) => {
      let count = 0;
      return {
        write: (payload, marks) => {
          const fields = `event: message\nid: ${count++}\nretry: 3000\n`;
          const data = Buffer.from(payload)
            .toString('utf8')
            .replace(/^data: /, 'data:');
          next.write(fields + data, marks);
        },
        end: () => next.end(),
      };
    },
  }),
});
