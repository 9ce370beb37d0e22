import { z } from 'zod';
import { defineFault } from '../fault.ts';

export const malformedJson = defineFault({
  kind: 'malformed-json',
  summary: 'after this many tokens sends an event that is no JSON',
  arguments: z.object({ tokens: z.coerce.number().int().min(0).default(3) }),
  effects: ({ tokens }) => ({
    parts: (next) => {
      let seen = 0;
      let sent = false;
      return {
        push: (part) => {
          if (part.kind === 'tokens' && seen >= tokens && !sent) {
            sent = true;
            next.push({ kind: 'raw', text: 'data: {"choices":[{"index":0,"delta":{"content":"half"\n\n' });
          }
          if (part.kind === 'tokens') seen += part.texts.length;
          next.push(part);
        },
        end: () => next.end(),
      };
    },
  }),
});
