import { z } from 'zod';
import { seconds } from '../../core/units.ts';
import { duration } from '../duration.ts';

export const phases = z.strictObject({
  warmup: duration()
    .default(seconds(0))
    .meta({ description: 'requests due in this time are sent but not measured', examples: ['10s'] }),
  grace: duration()
    .default(seconds(30))
    .meta({
      description: 'time open answers get after the last send; then they are cut and censored',
      examples: ['60s'],
    }),
});
