import { z } from 'zod';
import { defineFault } from '../fault.ts';

const kilobyte = 'x'.repeat(1024);

export const hugeEvent = defineFault({
  kind: 'huge-event',
  summary: 'sends an event of this many kilobytes, without a token in it, before the first token',
  arguments: z.object({ kilobytes: z.coerce.number().int().min(1).max(65_536).default(1024) }),
  effects: ({ kilobytes }) => ({
    parts: (next) => {
      let sent = false;
      return {
        push: (part) => {
          if (part.kind === 'tokens' && !sent) {
            sent = true;
            next.push({ kind: 'raw', text: `data: {"choices":[],"padding":"${kilobyte.repeat(kilobytes)}"}\n\n` });
          }
          next.push(part);
        },
        end: () => next.end(),
      };
    },
  }),
});
