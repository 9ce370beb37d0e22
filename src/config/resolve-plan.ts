import { randomInt } from 'node:crypto';
import { resolve } from 'node:path';
import { z } from 'zod';
import { autoForceLength } from '../clients/index.ts';
import { MetronError } from '../core/errors.ts';
import { seconds } from '../core/units.ts';
import { expandShorthands, isGroup } from './expand-shorthands.ts';
import { createInliner } from './inline-files.ts';
import type { CheckedPlan, Plan } from './plan.ts';
import { planRules } from './plan-rules.ts';
import { type PlanSection, planSchema } from './plan-schema.ts';
import { type Problem, problemsOf, quoteNearest, sentence } from './problem.ts';

export interface ResolveContext {
  /** Names of files in the plan are relative to this folder; the current one if absent. */
  readonly directory?: string;
  /** Where a setting was written, in words: a line of a file, or a flag. */
  readonly origin?: (path: string) => string | undefined;
}

const sectionNames = Object.keys(planSchema.shape) as PlanSection[];

function unknownSections(input: Record<string, unknown>): Problem[] {
  return Object.keys(input)
    .filter((key) => !sectionNames.includes(key as PlanSection))
    .map((key) => ({ path: key, message: `unknown key; ${quoteNearest(key, sectionNames)}` }));
}

/** Each section on its own, so that a mistake in one hides none in another. */
function checkSections(
  names: readonly PlanSection[],
  input: Record<string, unknown>,
  problems: Problem[],
): Partial<CheckedPlan> {
  const sections: Partial<Record<PlanSection, unknown>> = {};
  for (const name of names) {
    const schema = planSchema.shape[name];
    const absent = schema instanceof z.ZodObject ? {} : undefined;
    const result = schema.safeParse(input[name] ?? absent, { error: sentence });
    if (result.success) sections[name] = result.data;
    else problems.push(...problemsOf(result.error.issues, [name]));
  }
  return sections as Partial<CheckedPlan>;
}

const brokenRules = (sections: Partial<CheckedPlan>): Problem[] => planRules.flatMap((rule) => rule(sections) ?? []);

function failOn(problems: readonly Problem[], origin: ResolveContext['origin']): void {
  if (problems.length === 0) return;
  const lines = problems.map(({ path, message }) => {
    const written = origin?.(path);
    return `${path || 'plan'}: ${message}${written === undefined ? '' : ` (${written})`}`;
  });
  const text = lines.length === 1 ? lines.join('') : [`${lines.length} problems in the plan`, ...lines].join('\n  ');
  throw new MetronError('PLAN_INVALID', text, {
    hint: 'docs/plan.md lists every setting, metron run --help every flag',
  });
}

const forcedBy = (how: CheckedPlan['target']['forceLength']): readonly string[] =>
  how === 'auto' ? autoForceLength : how === 'none' ? [] : how;

/** What follows from other settings. */
function fillIn({ name, seed, load, target }: CheckedPlan, directory: string) {
  const slug = target.model.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '');
  const { ca } = target.tls;
  return {
    name: name ?? (slug.slice(0, 64) || 'run'),
    seed: seed === 'random' ? randomInt(2 ** 32) : seed,
    load: load.requests === undefined && load.duration === undefined ? { ...load, duration: seconds(60) } : load,
    target: {
      ...target,
      forceLength: forcedBy(target.forceLength),
      url: target.url.replace(/\/+$/, ''),
      tls: { ...target.tls, ...(ca !== undefined && { ca: resolve(directory, ca) }) },
    },
  };
}

/** Checks a plan and fills in all it leaves open. Reports every problem at once, each with its path. */
export function resolvePlan(input: unknown, { directory = '.', origin }: ResolveContext = {}): Plan {
  const whole = isGroup(input) ? input : {};
  if (whole !== input) failOn([{ path: '', message: 'expected a group of settings' }], origin);
  const unreadable: Problem[] = [];
  const expanded = expandShorthands(whole, unreadable);
  const found = unknownSections(expanded);
  const sections = checkSections(sectionNames, expanded, found);
  found.push(...brokenRules(sections));
  // What could not be read as one word would be reported again as the wrong type.
  failOn([...unreadable, ...found.filter(({ path }) => unreadable.every((other) => other.path !== path))], origin);
  const plan = sections as CheckedPlan;
  const inlining: Problem[] = [];
  const inliner = createInliner(directory, inlining);
  const files = { workload: inliner.workload(plan.workload), score: inliner.score(plan.score) };
  failOn(inlining, origin);
  return { ...plan, ...fillIn(plan, directory), ...files };
}

/** The score section of a plan alone: how a stored run is scored again. */
export function resolveScore(input: unknown, { directory = '.', origin }: ResolveContext = {}): Plan['score'] {
  const problems: Problem[] = [];
  const { score } = checkSections(['score'], { score: input }, problems);
  problems.push(...brokenRules(score ? { score } : {}).filter(({ path }) => path.startsWith('score')));
  failOn(problems, origin);
  const resolved = createInliner(directory, problems).score(score as CheckedPlan['score']);
  failOn(problems, origin);
  return resolved;
}
