import { z } from 'zod';
import { defineFault } from '../fault.ts';

export const neverAnswer = defineFault({
  kind: 'never-answer',
  summary: 'reads the request and sends nothing, ever',
  arguments: z.object({}),
  effects: () => ({ answer: () => {} }),
});
