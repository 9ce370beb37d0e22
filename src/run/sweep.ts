import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OperatingPoint } from '../analyses/capacity-probe.ts';
import { type ParetoPoint, paretoFront } from '../analyses/sweep-pareto.ts';
import { type Plan, planToJson, resolvePlan } from '../config/index.ts';
import type { Verdict } from '../core/certificate.ts';
import { type ExitCode, exitCodes, MetronError } from '../core/errors.ts';
import type { HardwareEngineOptions } from '../engine/server/own-hardware.ts';
import type { Headline, RequestCounts } from '../metrics/index.ts';
import { renderAnalysis } from '../outputs/html.ts';
import { sweepPage } from '../plots/analyses/sweep-page.ts';
import { markOf, readMark } from '../recording/folder-kind.ts';
import { createRunFolder, RunFolder } from '../recording/run-folder.ts';
import { step } from './events.ts';
import { pointOf } from './probe-observation.ts';
import { type RunOptions, run } from './run.ts';
import { simulate } from './simulate.ts';
import { cellName, expectSimulable, gridOf, type SweepAxis, withSettings } from './sweep-axis.ts';
import { prepareTarget } from './target.ts';

export interface SweepOptions extends RunOptions {
  readonly axes: readonly SweepAxis[];
  /** In virtual time against this engine. */
  readonly engine?: HardwareEngineOptions;
  /** Goes on with the sweep of this folder: cells that are there are not run again. */
  readonly resume?: string;
  readonly onCell?: (cell: number, of: number, settings: Readonly<Record<string, string | number>>) => void;
}

/** What a sweep was asked; stored with it, so that it can go on. */
export interface SweepRequest {
  readonly schema: 'metron.sweep-request/1';
  readonly axes: readonly SweepAxis[];
  readonly engine?: HardwareEngineOptions;
}

/** One combination of settings and what came of it. */
export interface SweepCell {
  readonly settings: Readonly<Record<string, string | number>>;
  /** Folder of the run, from the sweep's folder. */
  readonly run: string;
  readonly verdict: Verdict | 'unknown';
  readonly point: OperatingPoint;
  readonly fluidShare?: number;
  readonly errorRate?: number;
  /** Why not one request was completed; absent where some were. */
  readonly failure?: string;
}

/** A combination whose target could not be measured; a resumed sweep asks it again. */
export interface FailedCell {
  readonly settings: SweepCell['settings'];
  readonly reason: string;
}

/** `sweep.json`. */
export interface SweepResult {
  readonly schema: 'metron.sweep/1';
  readonly axes: readonly SweepAxis[];
  readonly cells: readonly SweepCell[];
  /** Cells that no other beats in both interactivity and throughput. */
  readonly pareto: readonly ParetoPoint[];
  readonly failed?: readonly FailedCell[];
  /** Combinations that an interrupted sweep has not come to. */
  readonly open?: readonly SweepCell['settings'][];
  /** Offered load against latency, by rising load. */
  readonly latencyLoad: readonly { cell: number; offered_per_s: number; ttftP50_ms?: number; ttftP99_ms?: number }[];
}

const cellsFile = 'cells.jsonl';
const requestFile = markOf('sweep');

/** One run for each combination of settings, each in a folder of its own. */
export async function sweep(
  plan: Plan,
  options: SweepOptions,
): Promise<{
  readonly result: SweepResult;
  readonly folder: string;
  readonly pagePath: string;
  readonly exitCode: ExitCode;
}> {
  if (options.engine) expectSimulable(options.axes);
  const grid = gridOf(options.axes);
  const base = planToJson(plan);
  // Everything wrong with any cell is said before the first one runs.
  const plans = grid.map((settings) => resolvePlan(withSettings(base, settings)));
  const folder = options.resume ?? (await sweepFolder(plan, options));
  await writeRequest(folder, options);
  const done = storedCells(folder);
  const cells: SweepCell[] = [];
  const failed: FailedCell[] = [];
  for (const [i, settings] of grid.entries()) {
    const before = done.find((cell) => JSON.stringify(cell.settings) === JSON.stringify(settings));
    if (!before && options.control?.stopSignal.aborted) break;
    options.onCell?.(i + 1, grid.length, settings);
    const cell = before ?? (await cellOrFailure(plans[i] as Plan, settings, folder, options));
    if ('reason' in cell) {
      failed.push(cell);
      continue;
    }
    cells.push(cell);
    if (!before && !options.control?.stopSignal.aborted) {
      appendFileSync(join(folder, cellsFile), `${JSON.stringify(cell)}\n`);
    }
  }
  const open = grid.slice(cells.length + failed.length);
  const result = {
    ...resultOf(options.axes, cells),
    ...(failed.length > 0 && { failed }),
    ...(open.length > 0 && { open }),
  };
  await writeFile(join(folder, 'sweep.json'), `${JSON.stringify(result, null, 2)}\n`);
  const page = renderAnalysis(sweepPage(result, plan.name, `metron sweep --resume ${folder}`));
  const pagePath = await new RunFolder(folder).writeReport(page, 'sweep.html');
  const invalid = cells.some(({ verdict }) => verdict === 'invalid');
  const nothing = failed.length > 0 || cells.some(({ failure }) => failure !== undefined);
  return {
    result,
    folder,
    pagePath,
    exitCode: invalid ? exitCodes.invalidMeasurement : nothing ? exitCodes.targetFailed : exitCodes.ok,
  };
}

async function sweepFolder(
  plan: Plan,
  { runsFolder = 'runs', engine, env = process.env }: SweepOptions,
): Promise<string> {
  const secrets = engine ? [] : prepareTarget(plan, env).secrets;
  const folder = await createRunFolder(runsFolder, `${plan.name}-sweep`, new Date(), secrets);
  await folder.writePlan(planToJson(plan));
  return folder.path;
}

/** A sweep that goes on over more values is asked for these from then on. */
async function writeRequest(folder: string, { axes, engine }: SweepOptions): Promise<void> {
  const request: SweepRequest = { schema: 'metron.sweep-request/1', axes, ...(engine && { engine }) };
  await writeFile(join(folder, requestFile), `${JSON.stringify(request, null, 2)}\n`);
}

/** What a stored sweep was asked; its plan lies beside it. */
export const storedSweepRequest = (folder: string): SweepRequest =>
  readMark('NOT_A_SWEEP', folder, 'sweep') as SweepRequest;

/** Cells that were measured, as the sweep's folder keeps them. */
export function storedCells(folder: string): SweepCell[] {
  const file = join(folder, cellsFile);
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as SweepCell);
}

/** One dead target does not end a sweep over several. */
async function cellOrFailure(...[plan, settings, folder, options]: Parameters<typeof runCell>) {
  try {
    return await runCell(plan, settings, folder, options);
  } catch (cause) {
    if (options.control?.stopSignal.aborted) throw cause;
    if (!(cause instanceof MetronError) || cause.exitCode !== exitCodes.targetFailed) throw cause;
    options.onEvent?.(step(`! ${cause.message}`));
    return { settings, reason: cause.message };
  }
}

async function runCell(
  plan: Plan,
  settings: SweepCell['settings'],
  folder: string,
  options: SweepOptions,
): Promise<SweepCell> {
  const { engine } = options;
  const runsFolder = join(folder, 'cells');
  const named = { ...plan, name: cellName(settings) };
  const done = engine ? await simulate(named, { runsFolder, engine }) : await run(named, { ...options, runsFolder });
  const { headline } = done.summary;
  return {
    settings,
    run: done.folder.slice(folder.length + 1),
    verdict: done.manifest.certificate?.verdict ?? 'unknown',
    point: pointOf(done.summary),
    ...estimated('fluidShare', headline),
    ...estimated('errorRate', headline),
    ...failureOf(done.summary.requests),
  };
}

/** What a cell without any answer met, the most frequent first. */
function failureOf({ scheduled, completed, byClass }: RequestCounts): Pick<SweepCell, 'failure'> {
  if (scheduled === 0 || completed > 0) return {};
  const [most] = byClass;
  const why = most === undefined ? '' : `: ${most.count} of ${scheduled} ended as ${most.sample ?? most.class}`;
  return { failure: `no request was completed${why}` };
}

function estimated<Key extends 'fluidShare' | 'errorRate'>(key: Key, headline: Headline): { [K in Key]?: number } {
  const { value } = headline[key];
  return value === undefined ? {} : ({ [key]: value } as { [K in Key]: number });
}

function resultOf(axes: readonly SweepAxis[], cells: readonly SweepCell[]): SweepResult {
  const points = cells.flatMap(({ point }, cell): ParetoPoint[] => {
    const { tpotP50_ms, outputTokens_per_s } = point;
    if (tpotP50_ms === undefined || tpotP50_ms === 0 || outputTokens_per_s === undefined) return [];
    return [{ cell, interactivity: 1000 / tpotP50_ms, throughput: outputTokens_per_s }];
  });
  const latencyLoad = cells
    .flatMap(({ point: { offered_per_s, ttftP50_ms, ttftP99_ms } }, cell) =>
      offered_per_s === undefined
        ? []
        : [
            {
              cell,
              offered_per_s,
              ...(ttftP50_ms !== undefined && { ttftP50_ms }),
              ...(ttftP99_ms !== undefined && { ttftP99_ms }),
            },
          ],
    )
    .sort((a, b) => a.offered_per_s - b.offered_per_s);
  return { schema: 'metron.sweep/1', axes, cells, pareto: paretoFront(points), latencyLoad };
}
