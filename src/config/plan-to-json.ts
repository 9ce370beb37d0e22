import { z } from 'zod';
import type { CheckedPlan, Plan, PlanInput } from './plan.ts';
import { planSchema } from './plan-schema.ts';

const credential = /authorization|api-?key|token|secret|cookie/i;

/** `${NAME}`, with or without a scheme before it: taken from the environment, so no secret itself. */
const reference = /^(\w+\s+)?\$\{\w+\}$/;

const withoutCredentials = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      credential.test(name) && !reference.test(value) ? '[redacted]' : value,
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
  return z.encode(planSchema, checked) as PlanInput;
}
