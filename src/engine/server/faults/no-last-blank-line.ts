import { z } from 'zod';
import { defineFault } from '../fault.ts';

export const noLastBlankLine = defineFault({
  kind: 'no-last-blank-line',
  summary: 'ends the stream right after data: [DONE], without the blank line',
  arguments: z.object({}),
  effects: () => ({
    parts: (next) => ({
      push: (part) => next.push(part.kind === 'done' ? { kind: 'raw', text: 'data: [DONE]' } : part),
      end: () => next.end(),
    }),
  }),
});
