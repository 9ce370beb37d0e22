import { z } from 'zod';
import { ApiError } from '../api-error.ts';
import { defineFault } from '../fault.ts';

export const throttle = defineFault({
  kind: 'throttle',
  summary:
    'allows each key (Authorization) so many requests in any so many seconds, and answers 429 with Retry-After beyond',
  arguments: z.object({
    requests: z.coerce.number().int().min(0).default(5),
    seconds: z.coerce.number().positive().default(10),
  }),
  effects: ({ requests, seconds }) => ({
    admit: ({ tenant, seconds: now, recall }) => {
      const times = recall(`throttle/${tenant}`, (): number[] => []);
      while (times[0] !== undefined && times[0] <= now - seconds) times.shift();
      if (times.length < requests) {
        times.push(now);
        return undefined;
      }
      const wait = Math.max(0, (times[0] ?? now) + seconds - now);
      return new ApiError(429, `no more than ${requests} requests in ${seconds} s`, undefined, {
        'retry-after': Math.ceil(wait),
      });
    },
  }),
});
