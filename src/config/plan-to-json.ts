import { z } from 'zod';
import type { CheckedPlan, Plan, PlanInput } from './plan.ts';
import { planSchema } from './plan-schema.ts';

const credential = /authorization|api-?key|token|secret|cookie/i;

/** A value taken from the environment is no secret; one written out in a header for credentials is. */
const withoutCredentials = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      credential.test(name) && !value.includes('${') ? '[redacted]' : value,
    ]),
  );

/** The plan as it is written to a file: `metron run plan.json` repeats the run. Holds no secret. */
export function planToJson(plan: Plan): PlanInput {
  const { target } = plan;
  const checked = {
    ...plan,
    target: {
      ...target,
      headers: withoutCredentials(target.headers),
      forceLength: target.forceLength.length === 0 ? 'none' : target.forceLength,
    },
  } as unknown as CheckedPlan;
  return z.encode(planSchema, checked);
}
