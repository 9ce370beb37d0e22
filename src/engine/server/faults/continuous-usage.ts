import { z } from 'zod';
import { defineFault } from '../fault.ts';

export const continuousUsage = defineFault({
  kind: 'continuous-usage',
  summary: 'reports the usage so far on every event, though nobody asked',
  arguments: z.object({}),
  effects: () => ({ call: (call) => ({ ...call, continuousUsage: true }) }),
});
