import { z } from 'zod';
import { defineFault } from '../fault.ts';

export const dataAfterDone = defineFault({
  kind: 'data-after-done',
  summary: 'sends one more event after data: [DONE]',
  arguments: z.object({}),
  effects: () => ({
    parts: (next) => ({
      push: (part) => {
        next.push(part);
        if (part.kind === 'done') next.push({ kind: 'raw', text: 'data: {"choices":[],"late":true}\n\n' });
      },
      end: () => next.end(),
    }),
  }),
});
