import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type ComparableSearch, compareSearches, unlikePolicies } from '../analyses/comparison-capacity.ts';
import { type ComparedRun, compatibility } from '../analyses/comparison-compatibility.ts';
import type { CompareResult } from '../analyses/comparison-result.ts';
import { type Plan, planToJson, scorePolicy } from '../config/index.ts';
import { loadPlan } from '../config/load-plan.ts';
import { MetronError } from '../core/errors.ts';
import type { ScorePolicy } from '../metrics/index.ts';
import { durationOf, prefillText } from '../outputs/terminal/policy-line.ts';
import { readManifest } from '../recording/read-run.ts';
import { parseSlo, policyUnder, type Slo } from '../slo/index.ts';
import { type CapacityRequest, storedCapacity, storedRequest } from './capacity.ts';
import { folderName, type StoredInput } from './compare-inputs.ts';
import { refuseUnlike } from './compare-refusal.ts';
import { readLooks } from './probe.ts';
import { planAt } from './probe-plan.ts';

type Capacities = Pick<CompareResult, 'capacities' | 'capacityPairs' | 'capacityNotes'>;

/** What searches found, objective by objective; refused where their workloads differ, unless by force. */
export async function compareCapacities(inputs: readonly StoredInput[], force: boolean): Promise<Capacities> {
  if (inputs.length === 0) return {};
  const searches = named(await Promise.all(inputs.map(readSearch)));
  const pairs = compareSearches(searches);
  if (!force) {
    refuseUnlike(
      pairs.map(({ baseline, candidate, differing }) => ({
        baseline: baseline.name,
        candidate: candidate.name,
        differing,
      })),
    );
  }
  const notes = [
    ...unlikePolicies(searches),
    ...(pairs.length === 0 && searches.length > 1 ? ['no two searches had the same objective: none carries more'] : []),
  ];
  return {
    capacities: searches.map(({ found }) => found),
    ...(pairs.length > 0 && { capacityPairs: pairs }),
    ...(notes.length > 0 && { capacityNotes: notes }),
  };
}

/** What was searched for in a folder, and on which plan. */
interface Asked {
  readonly name: string;
  readonly folder: string;
  readonly request: CapacityRequest;
  readonly plan: Plan;
  readonly slo: Slo;
}

function askedIn({ folder, name = folderName(folder) }: StoredInput): Asked {
  const request = storedRequest(folder);
  const plan = loadPlan(join(folder, 'plan.json'));
  return { name, folder, request, plan, slo: parseSlo(request.slo, request.presets) };
}

/** What a search of this folder may be compared by. */
async function readSearch(input: StoredInput): Promise<ComparableSearch> {
  const asked = askedIn(input);
  const { name, folder, request, plan, slo } = asked;
  const { conditions, reason, confidence, unit, ...found } = foundIn(folder);
  const objective = conditions.join(', ');
  const { relevantLowerBound: lower, relevantUpperBound: upper, estimate } = found;
  return {
    found: {
      name,
      folder,
      objective,
      unit,
      reason,
      ...(confidence !== undefined && { confidence }),
      ...(lower !== undefined && { lower }),
      ...(upper !== undefined && { upper }),
      ...(estimate !== undefined && { estimate }),
    },
    conditions: objective,
    policy: policyUnder(scorePolicy(plan.score), slo),
    run: await comparableRun(asked),
    decide: request.decide,
  };
}

function foundIn(folder: string): ReturnType<typeof storedCapacity> {
  if (existsSync(join(folder, 'capacity.json'))) return storedCapacity(folder);
  throw new MetronError('SEARCH_UNFINISHED', `the search of ${folder} was cut before it had a result`, {
    hint: `metron capacity --resume ${folder} goes on with it`,
  });
}

async function firstManifest(folder: string): Promise<ComparedRun['manifest']> {
  const run = readLooks(folder).find((look) => look.run !== undefined)?.run;
  return run === undefined ? undefined : readManifest(join(folder, run));
}

/** Searches whose workloads differ, one sentence each: whichever carries more says little about the systems. */
export async function unlikeWorkloads(inputs: readonly StoredInput[]): Promise<string[]> {
  const [first, ...others] = await Promise.all(inputs.map((input) => comparableRun(askedIn(input))));
  return others.flatMap((other) => {
    if (!first) return [];
    const keys = compatibility(first, other).differing.filter(({ forbids }) => forbids);
    const told = keys.map(
      ({ key, baseline, candidate }) => `${key}: ${baseline} in ${first.name}, ${candidate} in ${other.name}`,
    );
    return told.length === 0
      ? []
      : [`the workloads differ (${told.join('; ')}): their order says little about the systems`];
  });
}

/** The plan of a search without the load that was searched for, judged as the objective says, and the manifest of a look. */
async function comparableRun({ name, folder, request, plan, slo }: Asked): Promise<ComparedRun> {
  const { prefillDeadline: _, ...own } = slo.policy;
  const manifest = await firstManifest(folder);
  return {
    name,
    plan: planToJson(planAt({ ...plan, score: { ...plan.score, ...own } }, request.mode, 1, 1, plan.seed)),
    ...(manifest && { manifest }),
  };
}

/** Objectives of the same conditions but other policies get what tells them apart into their names. */
function named(searches: readonly ComparableSearch[]): ComparableSearch[] {
  return searches.map((search) => {
    const alike = searches.filter(({ conditions }) => conditions === search.conditions);
    const keys = [...new Set(alike.flatMap(({ policy }) => unlikeKeys(search.policy, policy)))];
    const told = keys.map((key) => choiceText(search.policy, key));
    return told.length === 0
      ? search
      : { ...search, found: { ...search.found, objective: [search.conditions, ...told].join(', ') } };
  });
}

const unlikeKeys = (one: ScorePolicy, other: ScorePolicy): (keyof ScorePolicy)[] =>
  (Object.keys({ ...one, ...other }) as (keyof ScorePolicy)[]).filter(
    (key) => JSON.stringify(one[key]) !== JSON.stringify(other[key]),
  );

function choiceText(policy: ScorePolicy, key: keyof ScorePolicy): string {
  if (key === 'decodeDeadline') return `D_d ${durationOf(policy.decodeDeadline)}`;
  if (key === 'prefillDeadline') return prefillText(policy.prefillDeadline);
  return `${key} ${String(policy[key] ?? 'none')}`;
}
