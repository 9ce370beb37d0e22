import { join } from 'node:path';
import type { LoadUnit } from '../analyses/capacity-found.ts';
import { capacityFromLooks, type RankingFlip, rankingFlips, type SurfaceCell } from '../analyses/capacity-surface.ts';
import { scorePolicy } from '../config/index.ts';
import { loadPlan } from '../config/load-plan.ts';
import { MetronError } from '../core/errors.ts';
import type { RequestRecord } from '../core/record.ts';
import { milliseconds } from '../core/units.ts';
import type { ScorePolicy } from '../metrics/index.ts';
import { readRun } from '../recording/read-run.ts';
import { parseSlo } from '../slo/index.ts';
import { loadUnit, storedRequest } from './capacity.ts';
import { unlikeWorkloads } from './compare-capacities.ts';
import { folderName, letterOf, type StoredInput, searchInput } from './compare-inputs.ts';
import { readLooks } from './probe.ts';
import { observe } from './probe-observation.ts';

export interface RescoreOptions {
  readonly decodeDeadlines_ms: readonly number[];
  readonly firstTokens_ms: readonly number[];
}

export const rescoreDefaults: RescoreOptions = {
  decodeDeadlines_ms: [15, 25, 35, 50, 75, 100, 200],
  firstTokens_ms: [100, 300, 1000, 3000],
};

export interface RescoredFolders {
  readonly schema: 'metron.capacity-surface/1';
  readonly objective: readonly string[];
  /** Of every capacity; absent where the searches turned up different things. */
  readonly unit?: LoadUnit;
  readonly surfaces: readonly { readonly folder: string; readonly cells: readonly SurfaceCell[] }[];
  readonly flips: readonly RankingFlip[];
  /** What a reader must know, one sentence each. */
  readonly warnings: readonly string[];
}

/** What the paper's objective would have found under other deadlines, from stored looks: no new load. Folders also as `NAME=FOLDER`. */
export async function rescore(
  inputs: readonly string[],
  options: RescoreOptions = rescoreDefaults,
): Promise<RescoredFolders> {
  const slo = parseSlo(['fluidity>=0.9@99%']);
  const surfaces = new Map<string, SurfaceCell[]>();
  const searches = namedSearches(inputs);
  const units = new Set<LoadUnit>();
  for (const { name, folder } of searches) {
    const { mode } = storedRequest(folder);
    units.add(loadUnit(mode));
    const policy = scorePolicy(loadPlan(join(folder, 'plan.json')).score);
    const looks = await recordsOf(folder);
    const cells: SurfaceCell[] = [];
    for (const decodeDeadline_ms of options.decodeDeadlines_ms) {
      for (const firstToken_ms of options.firstTokens_ms) {
        const cell = policyFor(policy, decodeDeadline_ms, firstToken_ms);
        const observed = looks.map(({ load, records }) => ({
          load,
          observation: observe(records, slo, cell, { openLoop: mode === 'rate' }),
        }));
        const shares = slo.conditions.map(({ share }) => share);
        cells.push({
          decodeDeadline_ms,
          firstToken_ms,
          ...capacityFromLooks(observed, shares, { confidence: 0.95, nearness: 0.5 }),
        });
      }
    }
    surfaces.set(name, cells);
  }
  return {
    schema: 'metron.capacity-surface/1',
    objective: slo.conditions.map(({ text }) => text),
    ...(units.size === 1 && { unit: [...units][0] }),
    surfaces: [...surfaces].map(([folder, cells]) => ({ folder, cells })),
    flips: rankingFlips(surfaces),
    warnings: await unlikeWorkloads(searches),
  };
}

/** Searches with names of their own; two of one name get their letters. */
function namedSearches(inputs: readonly string[]): (StoredInput & { readonly name: string })[] {
  const searches = inputs.map(searchInput).map((input) => ({ ...input, name: input.name ?? folderName(input.folder) }));
  return searches.map((search, i) =>
    searches.some(({ name }, j) => j !== i && name === search.name)
      ? { ...search, name: `${letterOf(i)} ${search.name}` }
      : search,
  );
}

async function recordsOf(folder: string): Promise<{ load: number; records: readonly RequestRecord[] }[]> {
  const looks: { load: number; records: readonly RequestRecord[] }[] = [];
  for (const { load, run, limit } of readLooks(folder)) {
    if (run === undefined || limit !== undefined) continue;
    looks.push({ load, records: (await readRun(join(folder, run))).records });
  }
  if (looks.length > 0) return looks;
  throw new MetronError('NO_LOOKS', `${folder} holds no stored looks at any load`, {
    hint: 'a simulated search keeps them with --keep',
  });
}

/** The curve of the plan keeps its shape and gets the slack; without one the first token has a constant deadline. */
const policyFor = (policy: ScorePolicy, decodeDeadline_ms: number, firstToken_ms: number): ScorePolicy => ({
  ...policy,
  decodeDeadline: milliseconds(decodeDeadline_ms),
  prefillDeadline:
    policy.prefillDeadline.kind === 'curve'
      ? { ...policy.prefillDeadline, slack: milliseconds(firstToken_ms) }
      : { kind: 'constant', deadline: milliseconds(firstToken_ms) },
});
