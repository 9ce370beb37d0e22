import { z } from 'zod';
import { defineFault } from '../fault.ts';
import { withoutPart } from '../without-part.ts';

export const missingFinish = defineFault({
  kind: 'missing-finish',
  summary: 'ends the stream without a finish reason',
  arguments: z.object({}),
  effects: () => ({ parts: (next) => withoutPart('finish', next) }),
});
