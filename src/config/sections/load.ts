import { z } from 'zod';
import { seconds } from '../../core/units.ts';
import { arrivals, mostRequests } from '../../workload/index.ts';
import { duration } from '../duration.ts';
import { kindUnion } from '../kind-union.ts';
import { exampleShorthand } from '../shorthand.ts';

export const load = z.strictObject({
  arrivals: kindUnion(arrivals)
    .optional()
    .meta({
      description: 'open loop: when requests arrive, whatever the server does',
      examples: [exampleShorthand(arrivals)],
    }),
  closed: z
    .strictObject({
      users: z
        .int()
        .min(1)
        .max(100_000)
        .meta({ description: 'users, each with one request in flight at most', examples: [8] }),
      think: duration()
        .default(seconds(0))
        .meta({ description: 'pause between an answer and the next request of the same user', examples: ['2s'] }),
      rampSteps: z
        .int()
        .min(1)
        .default(10)
        .meta({
          description: 'users start in this many equal groups, spread over the warm-up or the first second',
          examples: [4],
        }),
    })
    .optional()
    .meta({ description: 'closed loop: a fixed number of users who wait for their answers' }),
  requests: z
    .int()
    .min(1)
    .max(mostRequests)
    .optional()
    .meta({ description: 'stop after this many requests, warm-up included', examples: [500] }),
  duration: duration({ positive: true })
    .optional()
    .meta({
      description: 'how long requests are sent, warm-up included; 60s if neither this nor requests is given',
      examples: ['2m'],
    }),
});
