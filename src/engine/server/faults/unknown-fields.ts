import { z } from 'zod';
import { defineFault } from '../fault.ts';

const unknown = '"x_vendor":{"nested":[null,1.5,"choices"],"usage":null}';

export const unknownFields = defineFault({
  kind: 'unknown-fields',
  summary: 'adds fields that no specification knows to each event',
  arguments: z.object({}),
  effects: () => ({
    wire: (next) => ({
      write: (payload, marks) =>
        next.write(Buffer.from(payload).toString('utf8').replaceAll('data: {', `data: {${unknown},`), marks),
      end: () => next.end(),
    }),
  }),
});
