import { basename } from 'node:path';
import { compareValues, type Difference } from '../analyses/comparison.ts';
import { type Compatibility, compatibility, type DifferingKey } from '../analyses/comparison-compatibility.ts';
import { decideGate, type Gate, type GateResult } from '../analyses/comparison-gate.ts';
import { standardStatistics, statisticOf } from '../analyses/comparison-statistic.ts';
import { requestValues } from '../analyses/comparison-values.ts';
import { type SteadySummary, scoreWithSteadyState, steadyRecords } from '../analyses/steady-score.ts';
import { MetronError } from '../core/errors.ts';
import type { RequestRecord } from '../core/record.ts';
import { orderStatistic, type ScorePolicy } from '../metrics/index.ts';
import { readRun, type StoredRun } from '../recording/read-run.ts';
import { scoreContext } from './conclude.ts';

export interface CompareOptions {
  /** The policy all runs are scored under. */
  readonly policy: ScorePolicy;
  readonly gates?: readonly Gate[];
  /** Statistics beside the standard ones. */
  readonly also?: readonly string[];
  /** Compare in spite of differences that forbid it. */
  readonly force?: boolean;
  /** `steady`: where every run has a steady window, its requests alone (default). */
  readonly window?: 'steady' | 'whole';
  readonly seed?: number;
}

/** One run among those that are compared: the paper's figures, as numbers. */
export interface ComparedSystem {
  readonly name: string;
  readonly folder: string;
  readonly requests: number;
  /** Tokens per second by the paper's three ways to state a rate; absent where there is none. */
  readonly rates: { readonly tpot?: number; readonly tbt?: number; readonly fluid?: number };
  /** Fluidity-index at the percentiles 0 to 100. */
  readonly fluidityCdf: readonly number[];
  readonly acceptance: { readonly deadline_ms: readonly number[]; readonly share: readonly number[] };
  readonly steadyState: SteadySummary['steadyState'];
}

export interface ComparedPair {
  readonly candidate: string;
  readonly paired: boolean;
  readonly differing: readonly DifferingKey[];
  readonly warnings: readonly string[];
  readonly differences: readonly Difference[];
  readonly gates: readonly GateResult[];
}

export interface CompareResult {
  readonly schema: 'metron.comparison/1';
  readonly window: 'steady' | 'whole';
  readonly confidence: number;
  readonly correction: 'holm';
  readonly systems: readonly ComparedSystem[];
  readonly pairs: readonly ComparedPair[];
}

interface Arm {
  readonly name: string;
  readonly stored: StoredRun;
  readonly summary: SteadySummary;
}

const confidence = 0.95;

/** Stored runs side by side; the first is what the others are compared with. */
export async function compare(folders: readonly string[], options: CompareOptions): Promise<CompareResult> {
  if (folders.length < 2) throw new MetronError('TOO_FEW_RUNS', 'a comparison needs at least two runs');
  const arms = await Promise.all(folders.map((folder, i) => readArm(folder, i, options.policy)));
  const [baseline, ...candidates] = arms as [Arm, ...Arm[]];
  const told = candidates.map((arm) => compatibility(sideOf(baseline), sideOf(arm)));
  if (!options.force) refuseUnlike(candidates, told);
  const steady = options.window !== 'whole' && arms.every(({ summary }) => summary.steadyState.verdict === 'steady');
  const values = (arm: Arm) => requestValues(countedRecords(arm, steady), options.policy);
  const gates = options.gates ?? [];
  const ids = [
    ...new Set([...standardStatistics, ...(options.also ?? []), ...gates.map(({ statistic }) => statistic)]),
  ];
  const statistics = ids.map((id) => statisticOf(id, options.policy.fluidShare));
  const paired = told.every((each) => each.paired);
  const differences = compareValues(values(baseline), candidates.map(values), {
    statistics,
    paired,
    seed: options.seed ?? 1,
    confidence,
  });
  return {
    schema: 'metron.comparison/1',
    window: steady ? 'steady' : 'whole',
    confidence,
    correction: 'holm',
    systems: arms.map(systemOf),
    pairs: candidates.map(({ name }, i) => ({
      candidate: name,
      paired,
      differing: told[i]?.differing ?? [],
      warnings: told[i]?.warnings ?? [],
      differences: differences[i] ?? [],
      gates: gates.map((gate) => decideGate(gate, differences[i] ?? [])),
    })),
  };
}

async function readArm(folder: string, index: number, policy: ScorePolicy): Promise<Arm> {
  const stored = await readRun(folder);
  const letter = String.fromCharCode('A'.charCodeAt(0) + (index % 26));
  return {
    name: `${letter} ${stored.manifest?.run.name ?? basename(folder)}`,
    stored,
    summary: scoreWithSteadyState(stored.records, policy, scoreContext(stored.manifest)),
  };
}

const sideOf = ({ name, stored: { plan, manifest } }: Arm) => ({
  name,
  ...(plan !== undefined && { plan }),
  ...(manifest && { manifest }),
});

function refuseUnlike(candidates: readonly Arm[], told: readonly Compatibility[]): void {
  const lines = told.flatMap(({ differing }, i) =>
    differing
      .filter(({ forbids }) => forbids)
      .map(({ key, baseline, candidate }) => `${key}: ${baseline} in A, ${candidate} in ${candidates[i]?.name}`),
  );
  if (lines.length === 0) return;
  throw new MetronError(
    'RUNS_UNLIKE',
    ['these runs had different workloads; a difference would say nothing about the systems', ...lines].join('\n  '),
    {
      hint: 'run both with the same plan and seed, or compare all the same with --force',
    },
  );
}

function countedRecords({ stored, summary }: Arm, steady: boolean): readonly RequestRecord[] {
  const { steadyState } = summary;
  return steady && steadyState.verdict === 'steady' ? steadyRecords(stored.records, steadyState) : stored.records;
}

function systemOf({ name, stored, summary }: Arm): ComparedSystem {
  const value = (id: string): number | undefined => summary.metrics.find((metric) => metric.id === id)?.value;
  const [tpot, tbt, fluid] = ['tpot-throughput', 'tbt-throughput', 'fluid-rate'].map(value);
  const column = requestValues(stored.records, summary.policy).columns.get('fluidity') ?? [];
  const ascending = column.filter((each) => each !== undefined).sort((a, b) => a - b);
  const { deadline_ms, share } = summary.acceptance;
  return {
    name,
    folder: stored.folder,
    requests: summary.requests.scheduled,
    rates: {
      ...(tpot !== undefined && { tpot }),
      ...(tbt !== undefined && { tbt }),
      ...(fluid !== undefined && { fluid }),
    },
    fluidityCdf: Array.from({ length: 101 }, (_, p) => orderStatistic(ascending, p / 100)).filter(
      (each) => each !== undefined,
    ),
    acceptance: { deadline_ms, share },
    steadyState: summary.steadyState,
  };
}
