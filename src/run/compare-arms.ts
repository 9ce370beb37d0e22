import { join, resolve } from 'node:path';
import type { Compatibility, DifferingKey } from '../analyses/comparison-compatibility.ts';
import { compatibility } from '../analyses/comparison-compatibility.ts';
import type { FailedTarget } from '../analyses/comparison-result.ts';
import { joinRounds, type RequestValues, requestValues } from '../analyses/comparison-values.ts';
import { type SteadySummary, scoreWithSteadyState, steadyRecords } from '../analyses/steady-score.ts';
import type { RequestRecord } from '../core/record.ts';
import { type ScorePolicy, type Summary, scoreRun } from '../metrics/index.ts';
import { readRun, type StoredRun } from '../recording/read-run.ts';
import { type CompareInput, folderName, letterOf, parseCompareInput, type StoredInput } from './compare-inputs.ts';
import { storedTurns, storedTurnsRequest, type Turn } from './compare-turns.ts';
import { scoreContext } from './conclude.ts';

/** One system that is compared: a run, or one of each round of a live comparison. */
export interface Arm {
  readonly name: string;
  readonly folder: string;
  readonly runs: readonly ArmRun[];
}

export interface ArmRun {
  readonly stored: StoredRun;
  readonly summary: SteadySummary;
  /** From 1; absent outside a live comparison. */
  readonly round?: number;
}

export interface ReadArms {
  readonly arms: readonly Arm[];
  readonly failed: readonly FailedTarget[];
  readonly capacities: readonly StoredInput[];
}

/** Folder of the turns, and the input as it was asked for. */
interface Asked {
  readonly input: CompareInput;
  readonly turns?: string;
}

/** What the inputs hold, in their order; the folder of a live comparison stands for all that it compared. */
export async function readArms(inputs: readonly CompareInput[], policy: ScorePolicy): Promise<ReadArms> {
  const asked = inputs.flatMap((input): Asked[] => {
    if (input.kind !== 'turns') return [{ input }];
    const { folder } = input;
    return storedTurnsRequest(folder).inputs.map((text) => ({ input: parseCompareInput(text), turns: folder }));
  });
  const capacities: StoredInput[] = [];
  const failed: FailedTarget[] = [];
  const arms: Arm[] = [];
  for (const { input, turns } of asked) {
    if (input.kind === 'capacity') capacities.push(input);
    else if (input.kind === 'live') {
      const had = storedTurns(turns ?? '').filter(({ target }) => target === input.name);
      const arm = await liveArm(input.name, arms.length, turns ?? '', had, policy);
      failed.push(...failuresOf(input.name, had));
      if (arm.runs.length > 0) arms.push(arm);
    } else arms.push(await storedArm(input, arms.length, policy));
  }
  return { arms, failed, capacities };
}

async function storedArm({ folder, name }: StoredInput, index: number, policy: ScorePolicy): Promise<Arm> {
  const run = await readArmRun(folder, policy);
  const own = name ?? run.stored.manifest?.run.name ?? folderName(folder);
  return { name: `${letterOf(index)} ${own}`, folder, runs: [run] };
}

async function liveArm(
  name: string,
  index: number,
  folder: string,
  had: readonly Turn[],
  policy: ScorePolicy,
): Promise<Arm> {
  const runs: ArmRun[] = [];
  for (const { run, round } of had) {
    if (run !== undefined) runs.push({ ...(await readArmRun(join(folder, run), policy)), round });
  }
  runs.sort((a, b) => (a.round ?? 0) - (b.round ?? 0));
  return { name: `${letterOf(index)} ${name}`, folder, runs };
}

async function readArmRun(folder: string, policy: ScorePolicy): Promise<ArmRun> {
  const stored = await readRun(folder);
  return { stored, summary: scoreWithSteadyState(stored.records, policy, scoreContext(stored.manifest)) };
}

const failuresOf = (name: string, had: readonly Turn[]): FailedTarget[] =>
  had.flatMap(({ failure, round }) =>
    failure === undefined
      ? []
      : [{ name, round, reason: failure, measured: had.filter(({ run }) => run !== undefined).length }],
  );

export const isSteady = ({ runs }: Arm): boolean =>
  runs.every(({ summary }) => summary.steadyState.verdict === 'steady');

/** What is compared of a system. */
export function valuesOf({ runs }: Arm, steady: boolean, policy: ScorePolicy): RequestValues {
  const values = runs.map((run) => requestValues(countedRecords(run, steady), policy));
  const [only] = values;
  if (only && runs[0]?.round === undefined) return only;
  return joinRounds(
    values,
    runs.map(({ round = 0 }) => round),
  );
}

function countedRecords({ stored, summary: { steadyState } }: ArmRun, steady: boolean): readonly RequestRecord[] {
  return steady && steadyState.verdict === 'steady' ? steadyRecords(stored.records, steadyState) : stored.records;
}

/** Every number of a system; of several rounds those that do not depend on when a round was. */
export function summaryOf({ runs }: Arm, policy: ScorePolicy): Summary {
  const [only] = runs;
  if (only && runs.length === 1) return only.summary;
  let id = 0;
  const records = runs.flatMap(({ stored }) => stored.records.map((record) => ({ ...record, id: id++ })));
  return scoreRun(records, policy, { missRateCurve: false });
}

/** What differs between two systems, over the rounds that both were measured in. */
export function unlike(baseline: Arm, candidate: Arm): Compatibility {
  const told = matched(baseline, candidate).map(([one, other]) =>
    compatibility(sideOf(baseline, one), sideOf(candidate, other)),
  );
  const differing = new Map<string, DifferingKey>();
  for (const key of told.flatMap((each) => each.differing)) {
    if (!differing.has(key.key)) differing.set(key.key, key);
  }
  return {
    differing: [...differing.values()],
    paired: told.length > 0 && told.every(({ paired }) => paired),
    warnings: [...new Set([...told.flatMap(({ warnings }) => warnings), ...sameServer(baseline, candidate)])],
  };
}

/** Runs of the same round; where one system has none, its run beside the other's every one. */
function matched({ runs }: Arm, other: Arm): [ArmRun, ArmRun][] {
  return runs.flatMap((run): [ArmRun, ArmRun][] =>
    other.runs
      .filter(({ round }) => round === undefined || run.round === undefined || round === run.round)
      .map((match) => [run, match]),
  );
}

const sideOf = ({ name }: Arm, { stored: { plan, manifest }, round }: ArmRun) => ({
  name: round === undefined ? name : `${name} in round ${round}`,
  ...(plan !== undefined && { plan }),
  ...(manifest && { manifest }),
});

/** Equal prompts sent twice to one server: the second may find them in its prefix cache. */
function sameServer(one: Arm, other: Arm): string[] {
  const place = ({ runs }: Arm): string | undefined => {
    const { manifest } = runs[0]?.stored ?? {};
    return runs[0]?.round === undefined || manifest === undefined
      ? undefined
      : `${manifest.target.url} ${manifest.target.model ?? ''}`;
  };
  const [a, b] = [place(one), place(other)];
  return a !== undefined && a === b
    ? [`${one.name} and ${other.name} are one server, which got every prompt twice: its prefix cache may have answered`]
    : [];
}

/** Absolute, since a comparison may go on from elsewhere. */
export const storable = (text: string, input: CompareInput): string =>
  input.kind === 'live' ? text : `${input.name === undefined ? '' : `${input.name}=`}${resolve(input.folder)}`;
