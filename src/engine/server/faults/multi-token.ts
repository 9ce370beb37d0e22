import { z } from 'zod';
import { defineFault } from '../fault.ts';
import type { StreamPart } from '../stream-part.ts';

type Tokens = Extract<StreamPart, { kind: 'tokens' }>;

export const multiToken = defineFault({
  kind: 'multi-token',
  summary: 'puts this many tokens into each event',
  arguments: z.object({ tokens: z.coerce.number().int().min(1).max(100_000).default(4) }),
  effects: ({ tokens }) => ({
    parts: (next) => {
      let held: Tokens | undefined;
      const release = (): void => {
        if (held) next.push(held);
        held = undefined;
      };
      return {
        push: (part) => {
          if (part.kind !== 'tokens') {
            release();
            next.push(part);
            return;
          }
          if (held && held.field !== part.field) release();
          held = held ? { ...part, texts: [...held.texts, ...part.texts] } : part;
          if (held.texts.length >= tokens) release();
        },
        end: () => {
          release();
          next.end();
        },
      };
    },
  }),
});
