import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type AuditedItem, audit as auditRuns } from '../analyses/audit.ts';
import { deadlineScales, requestFacts } from '../analyses/audit-facts.ts';
import type { AuditedClaim, AuditedRun, AuditedSearch } from '../analyses/audit-item.ts';
import { scoreWithSteadyState } from '../analyses/steady-score.ts';
import { MetronError } from '../core/errors.ts';
import { toMilliseconds } from '../core/units.ts';
import type { ScorePolicy } from '../metrics/index.ts';
import { folderKind } from '../recording/folder-kind.ts';
import { readRun } from '../recording/read-run.ts';
import { storedCapacity } from './capacity.ts';
import { folderName, letterOf, parseCompareInput, type StoredInput } from './compare-inputs.ts';
import { storedTurns } from './compare-turns.ts';
import { scoreContext } from './conclude.ts';
import { readLooks } from './probe.ts';
import { rescore } from './rescore.ts';
import { storedCells } from './sweep.ts';

interface Evidence extends StoredInput {
  readonly name: string;
}

/**
 * Audits what is stored as the evidence of one claim: folders of runs, sweeps, capacity searches and live comparisons,
 * each also as `NAME=FOLDER`; what has one name is of one system.
 */
export async function audit(inputs: readonly string[], policy: ScorePolicy): Promise<AuditedItem[]> {
  const evidence = named(inputs);
  const runs: AuditedRun[] = [];
  for (const input of evidence) runs.push(...(await runsOf(input, policy)));
  if (runs.length === 0) {
    throw new MetronError('NO_RUN', 'there is no run among what was given', {
      hint: 'give runs, sweeps or live comparisons; a simulated search keeps its runs with --keep',
    });
  }
  return auditRuns(told(runs), await claimOf(evidence, policy));
}

/** What has no name is a system of its own, called after its folder. */
function named(inputs: readonly string[]): Evidence[] {
  const parsed = inputs.map((text) => {
    const input = parseCompareInput(text);
    if (input.kind !== 'live')
      return { ...input, name: input.name ?? folderName(input.folder), own: input.name === undefined };
    throw new MetronError('NOT_A_FOLDER', `${text} is a server, and an audit reads what is stored`, {
      hint: 'give the folders of runs, sweeps, capacity searches or live comparisons',
    });
  });
  return parsed.map(({ own, ...input }, i) =>
    own && parsed.some(({ name }, j) => j !== i && name === input.name)
      ? { ...input, name: `${letterOf(i)} ${input.name}` }
      : input,
  );
}

/** Folders of the runs of an input, with whose they are. */
function foldersOf({ kind, folder, name }: Evidence): { readonly folder: string; readonly system: string }[] {
  if (kind === 'capacity') {
    const found = existsSync(join(folder, 'capacity.json')) ? storedCapacity(folder) : undefined;
    const looks = readLooks(folder).filter(({ run, limit }) => run !== undefined && limit === undefined);
    // Looks are made to decide, not to be quoted: the longest at the load that is quoted stands for them.
    const at = looks.filter(({ load }) => load === (found?.relevantLowerBound ?? looks[0]?.load));
    const [longest] = at.sort((a, b) => b.requests - a.requests);
    return longest?.run === undefined ? [] : [{ folder: join(folder, longest.run), system: name }];
  }
  if (kind === 'turns') {
    return storedTurns(folder).flatMap(({ run, target }) =>
      run === undefined ? [] : [{ folder: join(folder, run), system: target }],
    );
  }
  if (folderKind(folder) !== 'sweep') return [{ folder, system: name }];
  return storedCells(folder).map(({ run }) => ({ folder: join(folder, run), system: name }));
}

async function runsOf(input: Evidence, policy: ScorePolicy): Promise<AuditedRun[]> {
  const runs: AuditedRun[] = [];
  for (const { folder, system } of foldersOf(input)) runs.push(await auditedRun(folder, system, policy));
  return runs;
}

async function auditedRun(folder: string, system: string, policy: ScorePolicy): Promise<AuditedRun> {
  const { plan, manifest, records } = await readRun(folder);
  return {
    name: manifest?.run.name ?? basename(folder),
    system,
    ...(plan !== undefined && { plan }),
    ...(manifest && { manifest }),
    summary: scoreWithSteadyState(records, policy, { ...scoreContext(manifest), missRateCurve: false }),
    requests: requestFacts(records, policy),
  };
}

/** A run alone is called as its system; of several of one name each gets the system's before its own. */
const told = (runs: readonly AuditedRun[]): AuditedRun[] =>
  runs.map((run, i) => {
    if (runs.filter(({ system }) => system === run.system).length === 1) return { ...run, name: run.system };
    return runs.some(({ name }, j) => j !== i && name === run.name)
      ? { ...run, name: `${run.system} ${run.name}` }
      : run;
  });

async function claimOf(evidence: readonly Evidence[], policy: ScorePolicy): Promise<AuditedClaim> {
  const searches = evidence.filter(({ kind }) => kind === 'capacity');
  return { searches: searches.flatMap(searched), flips: await searchFlips(searches, policy) };
}

function searched({ folder, name: system }: Evidence): AuditedSearch[] {
  if (!existsSync(join(folder, 'capacity.json'))) return [];
  const { unit, tried, estimate, relevantLowerBound: lower, relevantUpperBound: upper } = storedCapacity(folder);
  const middle = lower !== undefined && upper !== undefined ? (lower + upper) / 2 : (lower ?? upper);
  const capacity = estimate ?? middle;
  return [{ system, unit, loads: tried.map(({ load }) => load), ...(capacity !== undefined && { capacity }) }];
}

/** Where the order of capacities turns between half and twice the deadlines. */
async function searchFlips(searches: readonly Evidence[], policy: ScorePolicy): Promise<string[]> {
  const looked = searches.filter(({ folder }) => readLooks(folder).some(({ run }) => run !== undefined));
  if (looked.length < 2) return [];
  const { prefillDeadline: first } = policy;
  const scaled = (value: number): number[] => deadlineScales.map((scale) => scale * value);
  const { flips } = await rescore(
    looked.map(({ name, folder }) => `${name}=${folder}`),
    {
      decodeDeadlines_ms: scaled(toMilliseconds(policy.decodeDeadline)),
      firstTokens_ms: scaled(toMilliseconds(first.kind === 'curve' ? first.slack : first.deadline)),
    },
  );
  return flips.map(
    ({ ahead, behind, decodeDeadline_ms, firstToken_ms, sure }) =>
      `at D_d ${decodeDeadline_ms} ms and first token ${firstToken_ms} ms ${ahead} carries more than ${behind}, elsewhere less${sure ? '' : ' (by estimates alone)'}`,
  );
}
