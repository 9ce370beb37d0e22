import type { Plan } from '../config/index.ts';
import { MetronError } from '../core/errors.ts';
import { outcomeClass, type RequestRecord } from '../core/record.ts';
import { count } from '../plots/format.ts';
import { failedHere } from '../recording/own-failure.ts';
import { look } from './look.ts';
import type { RunOptions } from './run.ts';
import { prepareTarget } from './target.ts';

/** Code of the error that tells of a quota: a target that says so is there. */
export const throttled = 'THROTTLED';

/** If one of so many requests that were due last failed, the target is asked whether it is still there. */
const lastRequests = 3;

/**
 * Why the records say nothing about the load they were made at: the target went away while they were. Either nobody
 * listened for a while, or requests at the end failed and one more, alone, fails too. Undefined if it was there.
 */
export async function targetLoss(
  records: readonly RequestRecord[],
  plan: Plan,
  { env = process.env, control }: RunOptions,
): Promise<string | undefined> {
  const ended = records
    .filter(({ outcome: { status } }) => status !== 'cancelled' && status !== 'dropped')
    .sort((a, b) => a.scheduledAt - b.scheduledAt);
  const nobody = ended.filter(({ outcome }) => outcomeClass(outcome) === 'network ECONNREFUSED').length;
  if (nobody > 0) return `nobody listened for ${count(nobody)} of ${count(ended.length)} requests: the target died`;
  const last = ended.slice(-lastRequests);
  if (last.every(({ outcome }) => outcome.status === 'completed')) return undefined;
  try {
    const { limits: _limits, ...rest } = plan;
    const { waitReady: _wait, ...limits } = plan.limits;
    await look(
      { ...rest, limits },
      prepareTarget(plan, env),
      () => {},
      control?.stopSignal ?? new AbortController().signal,
    );
    return undefined;
  } catch (cause) {
    if (!(cause instanceof MetronError)) throw cause;
    if (cause.code === throttled) return undefined;
    return `requests at its end failed, and so does one alone: ${cause.message}`;
  }
}

/** Why the records say nothing about the target: this machine could not make the connections. */
export function clientLoss(records: readonly RequestRecord[]): string | undefined {
  const own = records.filter(({ outcome }) => failedHere(outcome));
  return own[0] && `${count(own.length)} requests failed on this machine: ${outcomeClass(own[0].outcome)}`;
}
