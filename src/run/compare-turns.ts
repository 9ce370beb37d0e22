import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { type Plan, planToJson } from '../config/index.ts';
import type { Verdict } from '../core/certificate.ts';
import { type ExitCode, exitCodes, MetronError } from '../core/errors.ts';
import { randomStream } from '../core/random.ts';
import { readMark } from '../recording/folder-kind.ts';
import { createRunFolder } from '../recording/run-folder.ts';
import { repetitionSeed } from '../workload/index.ts';
import { comparisonFiles, type LiveTarget } from './compare-inputs.ts';
import { step } from './events.ts';
import { type RunOptions, run } from './run.ts';
import { prepareTarget } from './target.ts';

/** What a live comparison was asked; stored with it, so that it can go on. */
export interface TurnsRequest {
  readonly schema: 'metron.compare-request/1';
  readonly targets: readonly LiveTarget[];
  /** How often each target has its turn. */
  readonly rounds: number;
  /** What else is compared with the targets, and the place of each among all. */
  readonly inputs: readonly string[];
}

/** One target's turn in a round: a run, or why there is none. */
export interface Turn {
  /** From 1. */
  readonly round: number;
  readonly target: string;
  /** Folder of the run, from the comparison's. */
  readonly run?: string;
  readonly exitCode: ExitCode;
  readonly verdict?: Verdict;
  readonly reasons?: readonly string[];
  /** Why the target could not be measured. */
  readonly failure?: string;
}

export interface TurnsOptions extends RunOptions {
  /** Goes on with the comparison of this folder: turns that were had are not had again. */
  readonly resume?: string;
}

export interface MeasuredTurns {
  readonly folder: string;
  readonly turns: readonly Turn[];
  readonly interrupted: boolean;
}

/** All targets in every round, in an order that the seed draws anew; each round with a seed of its own, the same for all. */
export async function measureTurns(plan: Plan, request: TurnsRequest, options: TurnsOptions): Promise<MeasuredTurns> {
  const folder = options.resume ?? (await turnsFolder(plan, request, options));
  const had = storedTurns(folder).filter(({ failure }) => failure === undefined);
  const turns: Turn[] = [...had];
  const gone = new Set<string>();
  const stopped = (): boolean => options.control?.stopSignal.aborted === true;
  for (let round = 1; round <= request.rounds; round++) {
    for (const target of orderOf(request.targets, plan.seed, round)) {
      if (had.some((turn) => turn.round === round && turn.target === target.name)) continue;
      // Of a pair one alone has nothing to be compared with.
      if (stopped() || gone.has(target.name) || request.inputs.length - gone.size < 2) continue;
      options.onEvent?.(step(`round ${round} of ${request.rounds}: ${target.name}`));
      const turn = await takeTurn(plan, target, round, folder, options);
      if (turn === undefined) continue;
      if (turn.failure !== undefined) gone.add(target.name);
      // What Ctrl-C cut short is kept as a run but had again when the comparison goes on.
      if (stopped()) continue;
      turns.push(turn);
      appendFileSync(join(folder, comparisonFiles.turns), `${JSON.stringify(turn)}\n`);
    }
  }
  return { folder, turns, interrupted: stopped() };
}

/** The order of a round: drawn, so that no target always comes first or after the same other. */
function orderOf(targets: readonly LiveTarget[], seed: number, round: number): LiveTarget[] {
  const random = randomStream(seed, `compare/round/${round}`);
  const order = [...targets];
  for (let i = order.length - 1; i > 0; i--) {
    const other = random.below(i + 1);
    [order[i], order[other]] = [order[other] as LiveTarget, order[i] as LiveTarget];
  }
  return order;
}

async function takeTurn(
  plan: Plan,
  { name, url, model }: LiveTarget,
  round: number,
  folder: string,
  options: TurnsOptions,
): Promise<Turn | undefined> {
  const own: Plan = {
    ...plan,
    name: `${name}-round-${round}`,
    repeat: 1,
    seed: repetitionSeed(plan.seed, round - 1),
    target: { ...plan.target, url, ...(model !== undefined && { model }) },
  };
  try {
    const done = await run(own, { ...options, runsFolder: join(folder, 'rounds') });
    const { certificate } = done.manifest;
    return {
      round,
      target: name,
      run: relative(folder, done.folder),
      exitCode: done.exitCode,
      ...(certificate && { verdict: certificate.verdict, reasons: certificate.reasons }),
    };
  } catch (cause) {
    if (options.control?.stopSignal.aborted) return undefined;
    if (!(cause instanceof MetronError) || cause.exitCode !== exitCodes.targetFailed) throw cause;
    options.onEvent?.(step(`! ${name}: ${cause.message}`));
    return { round, target: name, exitCode: cause.exitCode, failure: cause.message };
  }
}

async function turnsFolder(
  plan: Plan,
  request: TurnsRequest,
  { runsFolder = 'runs', env = process.env }: TurnsOptions,
): Promise<string> {
  const { secrets } = prepareTarget(plan, env);
  const folder = await createRunFolder(runsFolder, `${plan.name ?? plan.target.model}-compare`, new Date(), secrets);
  await folder.writePlan(planToJson(plan));
  await writeFile(join(folder.path, comparisonFiles.request), `${JSON.stringify(request, null, 2)}\n`);
  return folder.path;
}

/** What a stored live comparison was asked. */
export const storedTurnsRequest = (folder: string): TurnsRequest =>
  readMark('NOT_A_COMPARISON', folder, 'turns') as TurnsRequest;

/** The turns of a comparison so far; where a target was asked again, the later one. */
export function storedTurns(folder: string): Turn[] {
  const file = join(folder, comparisonFiles.turns);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  const byPlace = new Map<string, Turn>();
  for (const line of lines) {
    const turn = JSON.parse(line) as Turn;
    byPlace.set(`${turn.round}/${turn.target}`, turn);
  }
  return [...byPlace.values()];
}
