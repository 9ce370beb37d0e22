import { type PreflightResult, preflight, waitReady } from '../clients/index.ts';
import type { Plan } from '../config/index.ts';
import { exitCodes, MetronError } from '../core/errors.ts';
import { type Nanoseconds, nanoseconds, seconds } from '../core/units.ts';
import { transportTarget } from '../instrument/transport-target.ts';
import { type OnRunEvent, passingStep, step } from './events.ts';
import type { PreparedTarget } from './target.ts';

/** Waits for the target where asked to, and sends one small real request before any clock starts. */
export async function look(
  plan: Plan,
  target: PreparedTarget,
  onEvent: OnRunEvent,
  signal: AbortSignal,
): Promise<PreflightResult> {
  const { setup } = target;
  const place = transportTarget(setup);
  if (plan.limits.waitReady !== undefined) {
    onEvent(passingStep(`waiting for ${setup.url} …`));
    await waitReady(place, plan.limits.waitReady, signal);
  }
  onEvent(passingStep(`asking ${setup.url} …`));
  const { model, forceLength, body } = plan.target;
  const result = await preflight(
    place,
    target.protocol,
    { model, forceLength, extra: body },
    { timeout: preflightTimeout(plan.limits), signal },
  ).catch((cause: unknown) => {
    if (!signal.aborted) throw cause;
    throw new MetronError('INTERRUPTED', 'stopped before anything was measured', { exitCode: exitCodes.interrupted });
  });
  onEvent(step(`${setup.url} answers; model ${model}`));
  for (const warning of result.warnings) onEvent(step(`! ${warning}`));
  return result;
}

/** After the first token a small answer needs little time; nobody waits longer for it. */
const restOfAnswer = seconds(10);

const preflightTimeout = ({ firstTokenTimeout, betweenTokensTimeout, totalTimeout }: Plan['limits']): Nanoseconds =>
  nanoseconds(Math.min(totalTimeout, firstTokenTimeout + Math.min(betweenTokensTimeout, restOfAnswer)));
