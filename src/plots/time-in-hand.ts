import type { ScorePolicy } from '../metrics/index.ts';
import type { ScoredRequest } from './scored-request.ts';

/** One token against its deadline; nanoseconds since the request's zero. */
export interface Step {
  readonly at: number;
  /** When it had to be there. */
  readonly deadline: number;
  /** When the one after it has to be there. */
  readonly next: number;
  readonly missed: number;
}

/**
 * Time in hand is the next deadline minus now: it falls one second a second, rises by D_d at each
 * token, and below zero somebody waits. The steps are what a picture of it needs.
 */
export function timeInHand(request: ScoredRequest, policy: ScorePolicy): Step[] {
  const steps: Step[] = [];
  const missed = new Map(request.late.map((token) => [token.token, token]));
  const cap = policy.slackCap ?? Number.POSITIVE_INFINITY;
  // Without a deadline of its own the first token starts the clock.
  let deadline: number = request.firstTokenDeadline ?? request.times[0] ?? 0;
  for (let i = 0; i < request.times.length; i++) {
    const at = request.times[i] ?? 0;
    const late = missed.get(i);
    const free = i === 0 && policy.ignoreFirstToken;
    const mine = late?.deadline ?? (free ? at : deadline);
    const slack = late === undefined ? Math.min(mine - at, cap) : 0;
    deadline = at + slack + policy.decodeDeadline;
    steps.push({ at, deadline: mine, next: deadline, missed: late?.missed ?? 0 });
  }
  return steps;
}

/** Nanoseconds left at `now`; negative: late. */
export function inHandAt(steps: readonly Step[], first: number, now: number): number {
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((steps[middle]?.at ?? 0) <= now) low = middle + 1;
    else high = middle;
  }
  return (steps[low - 1]?.next ?? first) - now;
}
