import { z } from 'zod';
import { defineFault } from '../fault.ts';

export const usageAsText = defineFault({
  kind: 'usage-as-text',
  summary: 'reports token counts as strings',
  arguments: z.object({}),
  effects: () => ({
    wire: (next) => ({
      write: (payload, marks) =>
        next.write(
          Buffer.from(payload)
            .toString('utf8')
            .replaceAll(/("\w+_tokens":)(\d+)/g, '$1"$2"'),
          marks,
        ),
      end: () => next.end(),
    }),
  }),
});
