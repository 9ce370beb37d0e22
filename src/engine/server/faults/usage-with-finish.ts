import { z } from 'zod';
import { defineFault } from '../fault.ts';
import { mergeEvents } from '../merge-events.ts';

export const usageWithFinish = defineFault({
  kind: 'usage-with-finish',
  summary: 'puts the usage into the event with the finish reason',
  arguments: z.object({}),
  effects: () => ({
    wire: (next) =>
      mergeEvents(next, (before, event) => {
        const usage = /"choices":\[\],("usage":.*\})\s*$/.exec(event)?.[1];
        return usage === undefined ? undefined : before.replace(/\]\}\s*$/, `],${usage}\n\n`);
      }),
  }),
});
