import { z } from 'zod';
import { defineFault } from '../fault.ts';

export const wrongModel = defineFault({
  kind: 'wrong-model',
  summary: 'answers in the name of another model',
  arguments: z.object({ name: z.string().default('somebody-else') }),
  effects: ({ name }) => ({ call: (call) => ({ ...call, model: name }) }),
});
