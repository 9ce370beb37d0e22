import { writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type FoundCapacity, foundLoad, type LoadUnit } from '../analyses/capacity-found.ts';
import { type CapacityOptions, defaultCapacityOptions } from '../analyses/capacity-options.ts';
import { bisectCapacity } from '../analyses/capacity-point-search.ts';
import { loadPoints, namedPoints } from '../analyses/capacity-points.ts';
import type { CapacityReason, CapacityResult } from '../analyses/capacity-result.ts';
import { type CapacityProgress, searchCapacity } from '../analyses/capacity-search.ts';
import { CapacityWatch } from '../analyses/capacity-watch.ts';
import { type Plan, planToJson, scorePolicy } from '../config/index.ts';
import { type ExitCode, exitCodes } from '../core/errors.ts';
import type { HardwareEngineOptions } from '../engine/server/own-hardware.ts';
import { renderAnalysis } from '../outputs/html.ts';
import { capacityPage } from '../plots/analyses/capacity-page.ts';
import { markOf, readMark } from '../recording/folder-kind.ts';
import { createRunFolder, RunFolder } from '../recording/run-folder.ts';
import { parseSlo, type Slo } from '../slo/index.ts';
import { buildSchedule } from '../workload/index.ts';
import { expectWithinCurve } from './curve-range.ts';
import { simulatedProbe, storedProbe } from './probe.ts';
import type { TokenPrices } from './probe-observation.ts';
import { planAt, type SearchMode } from './probe-plan.ts';
import type { RunOptions } from './run.ts';
import { prepareTarget } from './target.ts';

/** What is searched for; stored with the search, so that it can go on. */
export interface CapacityRequest {
  readonly slo: readonly string[];
  readonly presets: readonly string[];
  readonly mode: SearchMode;
  readonly decide: 'sequential' | 'point';
  readonly options: Partial<CapacityOptions>;
  readonly engine?: HardwareEngineOptions;
  /** What tokens cost; a budget in money needs it. */
  readonly prices?: TokenPrices;
}

export interface CapacityRunOptions extends RunOptions {
  /** Goes on with the search of this folder. */
  readonly resume?: string;
  /** Simulated only: keep every probe as a run folder. */
  readonly keep?: boolean;
  /** File of the page; `capacity.html` in the search's folder by default, none where there is no folder. */
  readonly html?: string;
  readonly onProgress?: (progress: CapacityProgress) => void;
}

/** `capacity.json`. */
export interface CapacityFile extends FoundCapacity {
  readonly schema: 'metron.capacity/1';
  readonly request: CapacityRequest;
}

export interface CapacityOutcome {
  readonly file: CapacityFile;
  readonly slo: Slo;
  readonly path?: string;
  readonly folder?: string;
  /** Where the page lies. */
  readonly pagePath?: string;
  readonly exitCode: ExitCode;
}

const requestFile = markOf('capacity');
const capacityFile = 'capacity.json';
const pageFile = 'capacity.html';

/** The largest load of a target, live or simulated, that meets an objective. */
export async function capacity(
  plan: Plan,
  request: CapacityRequest,
  options: CapacityRunOptions = {},
): Promise<CapacityOutcome> {
  const slo = parseSlo(request.slo, request.presets);
  const setup = {
    plan: withinCurve(plan, request),
    slo,
    mode: request.mode,
    point: request.decide === 'point',
    ...(request.prices && { prices: request.prices }),
  };
  const inMemory = request.engine !== undefined && options.keep !== true && options.resume === undefined;
  const folder = inMemory ? undefined : await searchFolder(plan, request, options);
  const { engine } = request;
  const probe =
    folder === undefined
      ? simulatedProbe(setup, engine ?? {})
      : storedProbe(setup, { ...options, folder, ...(engine && { engine }) });
  const { conditions } = slo;
  const shares = conditions.map(({ share }) => share);
  const search = request.decide === 'point' ? bisectCapacity : searchCapacity;
  const { confidence = defaultCapacityOptions.confidence } = request.options;
  const watch = new CapacityWatch({ conditions, ...(request.decide === 'sequential' && { confidence }) });
  const stop = options.control?.stopSignal;
  const whole = request.mode === 'users' ? { whole: true, low: Math.max(1, request.options.low ?? 1) } : {};
  const found = await search(
    watch.probe(probe),
    { ...request.options, ...whole, shares },
    {
      signal: stop ? AbortSignal.any([stop, watch.signal]) : watch.signal,
      ...(options.onProgress && { onProgress: options.onProgress }),
    },
  );
  const result = stop?.aborted ? found : watch.ended(found);
  const file = capacityFileOf(result, request, slo, watch);
  const exitCode = exitCodeOf(result.reason);
  const page = await writePage(file, plan, folder, options.html);
  if (folder === undefined) return { file, slo, exitCode, ...page };
  const path = join(folder, capacityFile);
  await writeFile(path, `${JSON.stringify(file, null, 2)}\n`);
  return { file, slo, exitCode, folder, path, ...page };
}

/** Enough draws of the plan's prompt lengths to see whether they stay within those of its prefill curve. */
const drawsToCheck = 2000;

/**
 * Refuses prompts outside the lengths of the prefill curve before any load. What is rarer than can be seen by then
 * ends no search: such requests are counted.
 */
export const loadUnit = (mode: SearchMode): LoadUnit => (mode === 'rate' ? 'requests/s' : 'users');

function withinCurve(plan: Plan, { mode, options }: CapacityRequest): Plan {
  if (plan.score.prefillCurve === undefined) return plan;
  const load = mode === 'users' ? 1 : (options.start ?? defaultCapacityOptions.start);
  const { promptTokens } = buildSchedule(planAt(plan, mode, load, drawsToCheck, plan.seed), plan.seed);
  expectWithinCurve(scorePolicy(plan.score), promptTokens);
  return { ...plan, score: { ...plan.score, extrapolateCurve: true } };
}

async function writePage(
  file: CapacityFile,
  { name, target }: Plan,
  folder: string | undefined,
  html: string | undefined,
): Promise<{ readonly pagePath?: string }> {
  const path = html ?? (folder === undefined ? undefined : join(folder, pageFile));
  if (path === undefined) return {};
  const page = capacityPage(file, {
    name: name === target.model ? name : `${name} · ${target.model}`,
    where: file.request.engine ? 'simulated in virtual time' : target.url,
    command: folder === undefined ? 'metron capacity' : `metron capacity --resume ${folder}`,
  });
  return { pagePath: await new RunFolder(dirname(path)).writeReport(renderAnalysis(page), basename(path)) };
}

async function searchFolder(plan: Plan, request: CapacityRequest, options: CapacityRunOptions): Promise<string> {
  if (options.resume !== undefined) return options.resume;
  const { runsFolder = 'runs', env = process.env } = options;
  const secrets = request.engine ? [] : prepareTarget(plan, env).secrets;
  const folder = await createRunFolder(runsFolder, `${plan.name}-capacity`, new Date(), secrets);
  const { path } = folder;
  await folder.writePlan(planToJson(plan));
  await writeFile(join(path, requestFile), `${JSON.stringify(request, null, 2)}\n`);
  return path;
}

/** What a stored search was asked; its plan lies beside it. */
export const storedRequest = (folder: string): CapacityRequest =>
  readMark('NOT_A_SEARCH', folder, 'capacity') as CapacityRequest;

/** What a stored search has found. */
export const storedCapacity = (folder: string): CapacityFile =>
  readMark('NOT_A_SEARCH', folder, 'capacity', capacityFile) as CapacityFile;

export function exitCodeOf(reason: CapacityReason): ExitCode {
  const codes: Readonly<Record<CapacityReason, ExitCode>> = {
    found: exitCodes.ok,
    'high-limit': exitCodes.ok,
    budget: exitCodes.ok,
    irregular: exitCodes.ok,
    interrupted: exitCodes.interrupted,
    'nothing-passes': exitCodes.sloFailed,
    'target-failed': exitCodes.targetFailed,
    'client-limit': exitCodes.invalidMeasurement,
  };
  return codes[reason];
}

function capacityFileOf(
  result: CapacityResult,
  request: CapacityRequest,
  slo: Slo,
  { lost }: CapacityWatch,
): CapacityFile {
  const { lower, upper, binding } = result;
  const tried = result.tried.map(foundLoad);
  const points = namedPoints(result.tried, lower);
  const loads = loadPoints(result.tried, points);
  const conditional = tried.find(({ load }) => load === lower)?.point;
  const conditions = slo.conditions.map(({ text }) => text);
  const bindingCondition = binding === undefined ? undefined : conditions[binding];
  const extrapolated = result.tried
    .flatMap(({ observations }) => observations)
    .reduce((sum, observation) => sum + (observation.extrapolated ?? 0), 0);
  return {
    schema: 'metron.capacity/1',
    request,
    conditions,
    reason: result.reason,
    ...(result.confidence !== undefined && { confidence: result.confidence }),
    unit: loadUnit(request.mode),
    ...(lower !== undefined && { relevantLowerBound: lower }),
    ...(upper !== undefined && { relevantUpperBound: upper }),
    ...(result.estimate !== undefined && { estimate: result.estimate }),
    ...(conditional && { conditionalThroughput: conditional }),
    ...(bindingCondition !== undefined && { bindingCondition }),
    ...(result.edge && { edge: result.edge }),
    ...(result.irregular !== undefined && { irregular: result.irregular }),
    ...(result.missingBound !== undefined && { missingBound: result.missingBound }),
    ...(result.client && { client: result.client }),
    ...(lost && { target: lost }),
    ...(extrapolated > 0 && { extrapolated }),
    points,
    ...(loads.length > 0 && { loadPoints: loads }),
    tried,
    cost: result.cost,
  };
}
