import { z } from 'zod';
import { defineFault } from '../fault.ts';
import type { StreamPart } from '../stream-part.ts';

export const stall = defineFault({
  kind: 'stall',
  summary: 'holds everything from this token on back for so many seconds, then releases it in a burst',
  arguments: z.object({
    token: z.coerce.number().int().min(0).default(5),
    seconds: z.coerce.number().positive().max(3600).default(1),
  }),
  effects: ({ token, seconds }) => ({
    parts: (next, exchange) => {
      let seen = 0;
      let timer: NodeJS.Timeout | undefined;
      let held: (() => void)[] | undefined;
      const release = (): void => {
        const actions = held ?? [];
        held = undefined;
        for (const action of actions) action();
      };
      const act = (action: () => void): void => {
        if (held) held.push(action);
        else action();
      };
      exchange.onClosed(() => clearTimeout(timer));
      return {
        push: (part: StreamPart) => {
          if (part.kind === 'tokens') {
            seen += part.texts.length;
            if (seen > token && timer === undefined) {
              held = [];
              timer = setTimeout(release, seconds * 1e3);
            }
          }
          act(() => next.push(part));
        },
        end: () => act(() => next.end()),
      };
    },
  }),
});
