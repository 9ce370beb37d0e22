import type { Plan } from '../config/index.ts';
import { type Nanoseconds, nanoseconds, seconds } from '../core/units.ts';
import { rampStarts } from '../dispatch/closed-loop.ts';

/** Without a warm-up users start over a short time, so that not all of them ask in one instant for ever after. */
const shortRamp = seconds(1);

/** When each user of a closed loop asks for the first time. */
export function userStarts(
  { users, rampSteps }: NonNullable<Plan['load']['closed']>,
  { load, phases }: Plan,
): Nanoseconds[] {
  const short = Math.min(shortRamp, (load.duration ?? Number.POSITIVE_INFINITY) / 10);
  return rampStarts(users, rampSteps, phases.warmup > 0 ? phases.warmup : nanoseconds(short));
}
