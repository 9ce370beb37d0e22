import { z } from 'zod';
import { defineFault } from '../fault.ts';

const event = { choices: [], prompt_filter_results: [{ prompt_index: 0, content_filter_results: {} }] };

export const preamble = defineFault({
  kind: 'preamble',
  summary: 'starts with an event whose choices are empty, as a content filter does',
  arguments: z.object({}),
  effects: () => ({
    parts: (next) => {
      let started = false;
      return {
        push: (part) => {
          if (!started) next.push({ kind: 'raw', text: `data: ${JSON.stringify(event)}\n\n` });
          started = true;
          next.push(part);
        },
        end: () => next.end(),
      };
    },
  }),
});
