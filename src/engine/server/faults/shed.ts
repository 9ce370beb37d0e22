import { z } from 'zod';
import { ApiError } from '../api-error.ts';
import { defineFault } from '../fault.ts';

export const shed = defineFault({
  kind: 'shed',
  summary: 'refuses with this status while more than so many requests wait',
  arguments: z.object({
    waiting: z.coerce.number().int().min(0).default(0),
    status: z.coerce.number().int().min(400).max(599).default(503),
  }),
  effects: ({ waiting, status }) => ({
    admit: (scene) =>
      scene.waiting > waiting ? new ApiError(status, `${scene.waiting} requests wait already`) : undefined,
  }),
});
