import { z } from 'zod';
import { defineFault } from '../fault.ts';

export const wrongUsage = defineFault({
  kind: 'wrong-usage',
  summary: 'reports the completion tokens times this factor',
  arguments: z.object({ factor: z.coerce.number().min(0).default(1.1) }),
  effects: ({ factor }) => ({
    parts: (next) => ({
      push: (part) => {
        if (part.kind !== 'usage') {
          next.push(part);
          return;
        }
        const completion = Math.round(part.usage.completion_tokens * factor);
        const total = part.usage.prompt_tokens + completion;
        next.push({ kind: 'usage', usage: { ...part.usage, completion_tokens: completion, total_tokens: total } });
      },
      end: () => next.end(),
    }),
  }),
});
