import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compareValues } from '../analyses/comparison.ts';
import type { Compatibility } from '../analyses/comparison-compatibility.ts';
import { decideGate, type Gate } from '../analyses/comparison-gate.ts';
import { commonRounds } from '../analyses/comparison-resample.ts';
import type { ComparedPair, ComparedSystem, CompareResult, FailedTarget } from '../analyses/comparison-result.ts';
import { standardStatistics, statisticOf } from '../analyses/comparison-statistic.ts';
import { exitCodes, MetronError } from '../core/errors.ts';
import { orderStatistic, type ScorePolicy } from '../metrics/index.ts';
import { renderAnalysis } from '../outputs/html.ts';
import { comparisonPage } from '../plots/analyses/comparison-page.ts';
import { createRunFolder, RunFolder } from '../recording/run-folder.ts';
import { type Arm, isSteady, readArms, summaryOf, unlike, valuesOf } from './compare-arms.ts';
import { compareCapacities } from './compare-capacities.ts';
import { comparisonFiles, parseCompareInput, searchInput } from './compare-inputs.ts';
import { refuseUnlike, type ToldApart } from './compare-refusal.ts';
import { turnsOf } from './compare-turn-values.ts';
import { expectRecordsWithinCurve } from './curve-range.ts';

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
  /** Folders of capacity searches whose results stand beside the comparison. */
  readonly capacities?: readonly string[];
  readonly seed?: number;
}

const confidence = 0.95;

/**
 * What was measured, side by side; the first is what the others are compared with. Folders of runs, of capacity
 * searches and of live comparisons, each also as `NAME=FOLDER`.
 */
export async function compare(inputs: readonly string[], options: CompareOptions): Promise<CompareResult> {
  const { arms, failed, capacities: searches } = await readArms(inputs.map(parseCompareInput), options.policy);
  for (const { stored } of arms.flatMap(({ runs }) => runs)) expectRecordsWithinCurve(options.policy, stored.records);
  const named = (options.capacities ?? []).map(searchInput);
  const found = await compareCapacities([...searches, ...named], options.force === true);
  const [baseline, ...candidates] = arms;
  if (candidates.length === 0 && (baseline || searches.length + named.length < 2)) throw tooFew(failed);
  const told = baseline ? candidates.map((arm) => unlike(baseline, arm)) : [];
  if (!options.force) refuseUnlike(candidates.map((arm, i) => toldApart(baseline, arm, told[i])));
  const steady = options.window !== 'whole' && arms.every(isSteady);
  const turns = turnsOf(arms);
  return {
    schema: 'metron.comparison/1',
    window: steady ? 'steady' : 'whole',
    confidence,
    correction: 'holm',
    policy: options.policy,
    systems: arms.map((arm) => systemOf(arm, options.policy)),
    pairs: baseline ? pairsOf(baseline, candidates, told, steady, options) : [],
    ...found,
    ...(turns.length > 0 && { turns }),
    ...(failed.length > 0 && { failed }),
  };
}

function pairsOf(
  baseline: Arm,
  candidates: readonly Arm[],
  told: readonly Compatibility[],
  steady: boolean,
  options: CompareOptions,
): ComparedPair[] {
  const { policy, gates = [], also = [], seed = 1 } = options;
  const ids = [...new Set([...standardStatistics, ...also, ...gates.map(({ statistic }) => statistic)])];
  const statistics = ids.map((id) => statisticOf(id, policy.fluidShare));
  const paired = told.map((each) => each.paired);
  const one = valuesOf(baseline, steady, policy);
  const others = candidates.map((arm) => valuesOf(arm, steady, policy));
  const differences = compareValues(one, others, { statistics, paired, seed, confidence });
  return candidates.map(({ name }, i) => {
    const rounds = commonRounds(one.rounds, others[i]?.rounds).length;
    return {
      candidate: name,
      paired: paired[i] ?? false,
      ...(rounds > 0 && { rounds }),
      differing: told[i]?.differing ?? [],
      warnings: told[i]?.warnings ?? [],
      differences: differences[i] ?? [],
      gates: gates.map((gate) => decideGate(gate, differences[i] ?? [])),
    };
  });
}

function tooFew(failed: readonly FailedTarget[]): MetronError {
  if (failed.length === 0) return new MetronError('TOO_FEW_RUNS', 'a comparison needs at least two systems');
  const why = failed.map(({ name, round, reason }) => `${name} in round ${round}: ${reason}`);
  return new MetronError('TARGET_FAILED', ['fewer than two systems could be measured', ...why].join('\n  '), {
    exitCode: exitCodes.targetFailed,
    hint: 'what was measured is kept; go on with metron compare --resume <folder>',
  });
}

const toldApart = (baseline: Arm | undefined, { name }: Arm, told: Compatibility | undefined): ToldApart => ({
  baseline: baseline?.name ?? 'A',
  candidate: name,
  differing: told?.differing ?? [],
});

/**
 * Puts a comparison into a folder of its own: `comparison.json`, and the page as `comparison.html`.
 * `base` is the folder in which that folder is made; `into` is one that is there.
 */
export async function writeComparison(
  result: CompareResult,
  base: string,
  command = 'metron compare',
  into?: string,
): Promise<{ readonly folder: string; readonly page: string }> {
  const folder = into === undefined ? await createRunFolder(base, 'comparison', new Date()) : new RunFolder(into);
  const page = await folder.writeReport(renderAnalysis(comparisonPage(result, command)), 'comparison.html');
  await writeFile(join(folder.path, comparisonFiles.result), `${JSON.stringify(result, null, 2)}\n`);
  return { folder: folder.path, page };
}

function systemOf(arm: Arm, policy: ScorePolicy): ComparedSystem {
  const summary = summaryOf(arm, policy);
  const value = (id: string): number | undefined => summary.metrics.find((metric) => metric.id === id)?.value;
  const [tpot, tbt, fluid] = ['tpot-throughput', 'tbt-throughput', 'fluid-rate'].map(value);
  const column = valuesOf(arm, false, policy).columns.get('fluidity') ?? [];
  const ascending = column.filter((each) => typeof each === 'number').sort((a, b) => a - b);
  const { deadline_ms, share } = summary.acceptance;
  const [first] = arm.runs;
  return {
    name: arm.name,
    folder: arm.folder,
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
    ...(first?.round === undefined ? first && { steadyState: first.summary.steadyState } : { rounds: arm.runs.length }),
  };
}
