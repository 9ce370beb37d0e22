import { z } from 'zod';
import { defineFault } from '../fault.ts';

export const keepAliveDeltas = defineFault({
  kind: 'keep-alive-deltas',
  summary: 'sends a delta without content after each event that has tokens; null sends content: null',
  arguments: z.object({ content: z.enum(['empty', 'null']).default('empty') }),
  effects: ({ content }) => {
    const delta = content === 'null' ? '{"content":null}' : '{"content":""}';
    const text = `data: {"object":"chat.completion.chunk","choices":[{"index":0,"delta":${delta},"finish_reason":null}]}\n\n`;
    return {
      parts: (next) => ({
        push: (part) => {
          next.push(part);
          if (part.kind === 'tokens') next.push({ kind: 'raw', text });
        },
        end: () => next.end(),
      }),
    };
  },
});
