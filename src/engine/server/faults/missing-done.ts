import { z } from 'zod';
import { defineFault } from '../fault.ts';
import { withoutPart } from '../without-part.ts';

export const missingDone = defineFault({
  kind: 'missing-done',
  summary: 'ends the stream without data: [DONE]',
  arguments: z.object({}),
  effects: () => ({ parts: (next) => withoutPart('done', next) }),
});
