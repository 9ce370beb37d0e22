import { z } from 'zod';
import { defineFault } from '../fault.ts';
import { mergeEvents } from '../merge-events.ts';

export const finishWithContent = defineFault({
  kind: 'finish-with-content',
  summary: 'puts the finish reason into the last event with tokens',
  arguments: z.object({}),
  effects: () => ({
    wire: (next) =>
      mergeEvents(next, (before, event) => {
        const reason = /"finish_reason":("[^"]*")/.exec(event)?.[1];
        return reason === undefined ? undefined : before.replace('"finish_reason":null', `"finish_reason":${reason}`);
      }),
  }),
});
