export { planFlags, scoreFlags } from './flags.ts';
export { loadPlan } from './load-plan.ts';
export type { Plan, PlanInput } from './plan.ts';
export { planFromFlags, scoreFromFlags } from './plan-from-flags.ts';
export { planToJson } from './plan-to-json.ts';
export { resolvePlan } from './resolve-plan.ts';
export { scorePolicy } from './score-policy.ts';
