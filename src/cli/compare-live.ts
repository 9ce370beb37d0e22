import { statSync } from 'node:fs';
import { join } from 'node:path';
import { type Plan, planFromFlags } from '../config/index.ts';
import { loadPlan } from '../config/load-plan.ts';
import { type ExitCode, exitCodes, MetronError } from '../core/errors.ts';
import { storable } from '../run/compare-arms.ts';
import { type CompareInput, expectDistinct, type LiveTarget, parseCompareInput } from '../run/compare-inputs.ts';
import { type MeasuredTurns, measureTurns, storedTurnsRequest, type TurnsRequest } from '../run/compare-turns.ts';
import { RunControl } from '../run/control.ts';
import { obeyInterrupts } from './interrupts.ts';
import { progressFor } from './progress.ts';
import type { Flags } from './verb.ts';

/** What the command line names: things to compare and, for those that are measured now, a plan. */
export interface NamedInputs {
  readonly texts: readonly string[];
  readonly planFile?: string;
  readonly live: readonly LiveTarget[];
}

export function namedInputs(positional: readonly string[]): NamedInputs {
  const [planFile, ...more] = positional.filter(isPlanFile);
  if (more.length > 0) throw new MetronError('PLAN_TWICE', `two plans were given: ${planFile} and ${more[0]}`);
  const texts = positional.filter((text) => text !== planFile);
  const live = texts.map(parseCompareInput).filter(isLive);
  expectDistinct(live);
  if (planFile !== undefined && live.length === 0) {
    throw new MetronError('PLAN_UNUSED', `${planFile} is a plan, and nothing is to be measured with it`, {
      hint: 'name servers to measure: metron compare plan.yaml http://a:8000/v1 http://b:8000/v1',
    });
  }
  return { texts, live, ...(planFile !== undefined && { planFile }) };
}

const isLive = (input: CompareInput): input is LiveTarget => input.kind === 'live';

const isPlanFile = (text: string): boolean =>
  /\.(ya?ml|json)$/i.test(text) && statSync(text, { throwIfNoEntry: false })?.isFile() === true;

export interface Measured extends MeasuredTurns {
  readonly plan: Plan;
  readonly request: TurnsRequest;
  readonly exitCode: ExitCode;
}

/** Measures the targets in turns, or goes on with it; shows how it goes on. */
export async function measureLive(named: NamedInputs, flags: Flags): Promise<Measured> {
  const { plan, request } = askedFor(named, flags);
  const progress = progressFor(flags.json === true);
  const control = new RunControl();
  const release = obeyInterrupts(control, progress);
  try {
    const measured = await measureTurns(plan, request, {
      control,
      runsFolder: typeof flags.runs === 'string' ? flags.runs : 'runs',
      ...(typeof flags.resume === 'string' && { resume: flags.resume }),
      onEvent: (event) => progress.show(event),
    });
    return { ...measured, plan, request, exitCode: exitCodeOf(measured) };
  } finally {
    progress.end();
    release();
  }
}

function askedFor({ texts, live, planFile }: NamedInputs, flags: Flags): { plan: Plan; request: TurnsRequest } {
  if (typeof flags.resume === 'string') {
    return { request: storedTurnsRequest(flags.resume), plan: loadPlan(join(flags.resume, 'plan.json')) };
  }
  if (texts.length < 2) throw new MetronError('TOO_FEW_RUNS', 'a comparison needs at least two systems');
  const [first] = live;
  const target = { url: first?.url, ...(first?.model !== undefined && { model: first.model }) };
  return {
    plan: planFromFlags({ ...target, ...flags }, planFile),
    request: {
      schema: 'metron.compare-request/1',
      targets: live,
      rounds: roundsOf(flags.rounds),
      inputs: texts.map((text) => storable(text, parseCompareInput(text))),
    },
  };
}

/** As few as make an interval by Student's t bearable. */
const usualRounds = 6;

function roundsOf(value: unknown): number {
  if (value === undefined) return usualRounds;
  const rounds = Number(value);
  if (Number.isInteger(rounds) && rounds > 0) return rounds;
  throw new MetronError('FLAG_INVALID', `--rounds: expected a whole number above 0, got "${String(value)}"`);
}

/** As every verb: the user's end before a measurement that does not count before a target that failed. */
function exitCodeOf({ turns, interrupted }: MeasuredTurns): ExitCode {
  if (interrupted) return exitCodes.interrupted;
  const { invalidMeasurement, targetFailed } = exitCodes;
  const codes = turns.map(({ exitCode }) => exitCode);
  return [invalidMeasurement, targetFailed].find((code) => codes.includes(code)) ?? exitCodes.ok;
}
