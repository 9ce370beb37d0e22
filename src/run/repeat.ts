import { writeFile } from 'node:fs/promises';
import type { Plan } from '../config/index.ts';
import { type ExitCode, exitCodes } from '../core/errors.ts';
import type { Estimate, Headline } from '../metrics/index.ts';
import { repetitionSeed } from '../workload/index.ts';
import { RunControl } from './control.ts';
import { type RunOptions, type RunResult, run } from './run.ts';

/** One headline number over the repetitions of a plan. */
export interface AcrossRuns {
  readonly id: keyof Headline;
  readonly n: number;
  readonly values: readonly (number | undefined)[];
  readonly mean?: number;
  /** 95 % interval of the mean by Student's t; absent for fewer than two values. */
  readonly low?: number;
  readonly high?: number;
}

export interface RepeatedResult {
  readonly runs: readonly RunResult[];
  readonly across: readonly AcrossRuns[];
  /** Where `across` was written; absent for a single run. */
  readonly path?: string;
  readonly exitCode: ExitCode;
}

const headlineNumbers = ['fluidShare', 'fluidRate', 'ttftP99', 'tbtP99', 'longestStall', 'errorRate'] as const;

/** Runs a plan as often as it asks, each time with a seed of its own, and compares the headline numbers. */
export async function runRepeatedly(plan: Plan, options: RunOptions = {}): Promise<RepeatedResult> {
  const control = options.control ?? new RunControl();
  const runs: RunResult[] = [];
  for (let i = 0; i < plan.repeat && !control.stopSignal.aborted; i++) {
    const seed = repetitionSeed(plan.seed, i);
    const repeat = plan.repeat > 1 ? { repeat: { index: i + 1, of: plan.repeat } } : {};
    runs.push(await run({ ...plan, seed, repeat: 1 }, { ...options, control, ...repeat }));
  }
  const exitCode = worstOf(runs.map((result) => result.exitCode));
  const first = runs[0];
  if (plan.repeat === 1 || !first) return { runs, across: [], exitCode };
  const across = headlineNumbers.map((id) =>
    spread(
      id,
      runs.map(({ summary }) => summary.headline[id]),
    ),
  );
  const path = `${first.folder}_repeats.json`;
  const folders = runs.map(({ folder }) => folder);
  await writeFile(path, `${JSON.stringify({ schema: 'metron.repeats/1', folders, across }, null, 2)}\n`);
  return { runs, across, path, exitCode };
}

function spread(id: AcrossRuns['id'], estimates: readonly Estimate[]): AcrossRuns {
  const values = estimates.map(({ value }) => value);
  const known = values.filter((value): value is number => value !== undefined);
  const n = known.length;
  if (n === 0) return { id, n, values };
  const mean = known.reduce((sum, value) => sum + value, 0) / n;
  if (n === 1) return { id, n, values, mean };
  const variance = known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  const margin = studentT(n - 1) * Math.sqrt(variance / n);
  return { id, n, values, mean, low: mean - margin, high: mean + margin };
}

/** 97.5 % quantiles of Student's t for 1 to 10 degrees of freedom; beyond, Cornish and Fisher's expansion. */
const studentTable = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228];
const normal975 = 1.959964;

function studentT(degrees: number): number {
  const tabled = studentTable[degrees - 1];
  if (tabled !== undefined) return tabled;
  const z = normal975;
  return z + (z ** 3 + z) / (4 * degrees) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * degrees ** 2);
}

/** The first that applies of internal error, invalid measurement, failed target, failed SLO. */
function worstOf(codes: readonly ExitCode[]): ExitCode {
  const { internal, invalidMeasurement, targetFailed, sloFailed } = exitCodes;
  return [internal, invalidMeasurement, targetFailed, sloFailed].find((code) => codes.includes(code)) ?? exitCodes.ok;
}
