import type { Nanoseconds } from '../core/units.ts';
import type { ScorePolicy } from './policy.ts';
import { prefillDeadlineFor } from './prefill-deadline.ts';
import type { Timeline } from './timeline.ts';

/** How one answer kept its deadlines (arXiv 2407.07000, algorithm 1). */
export interface FluidityAccount {
  readonly met: number;
  /** Every deadline that expired, also those that passed while one token was awaited. */
  readonly missed: number;
  /** Fluidity-index: met ÷ (met + missed); absent if there was no deadline at all. */
  readonly index: number | undefined;
  /** D_p used; absent if the first token has no deadline. */
  readonly prefillDeadline: Nanoseconds | undefined;
  readonly decodeDeadline: Nanoseconds;
  /** Absent if the first token has no deadline. */
  readonly firstTokenMissed: boolean | undefined;
  /** Spare time the first token left to the later ones. */
  readonly slackBanked: Nanoseconds;
  /** Longest wait for a decode token that came after its deadline; absent if none did. */
  readonly longestStall: Stall | undefined;
  /** Place of the first decode token that came after its deadline, from 0. */
  readonly firstStallToken: number | undefined;
  /** The furthest any token came after its deadline; 0 if none did. */
  readonly maxLateness: Nanoseconds;
  /** One entry per late token, if asked for. */
  readonly misses: readonly Miss[] | undefined;
}

export interface Stall {
  /** From the token before to the late one. */
  readonly wait: Nanoseconds;
  /** Place of the late token, from 0. */
  readonly token: number;
}

export interface Miss {
  readonly token: number;
  /** When the token was due, on the run's clock. */
  readonly deadline: Nanoseconds;
  readonly arrived: Nanoseconds;
  /** Deadlines that expired while it was awaited. */
  readonly missed: number;
}

/** The part of a policy that sets deadlines. */
export type DeadlinePolicy = Pick<
  ScorePolicy,
  'decodeDeadline' | 'prefillDeadline' | 'ignoreFirstToken' | 'slackCap' | 'ties'
>;

/** Deadlines that expire within `late` > 0 after a missed one, itself included. */
export const expired = (late: number, decodeDeadline: number, ties: ScorePolicy['ties']): number =>
  ties === 'strict' ? Math.ceil(late / decodeDeadline) : Math.floor(late / decodeDeadline) + 1;

/** The account of the first token, and the moment from which the decode deadlines count. */
export interface FirstToken {
  readonly met: number;
  readonly missed: number;
  readonly late: number;
  readonly deadline: Nanoseconds | undefined;
  /** Spare time it leaves. */
  readonly banked: Nanoseconds;
  /** Arrival plus what was banked: the next token is due one D_d later. */
  readonly anchor: number;
}

const nothing = 0 as Nanoseconds;

export function firstTokenOf(timeline: Timeline, policy: DeadlinePolicy): FirstToken {
  const { origin, times, length } = timeline;
  const arrival = length === 0 ? origin : (times[0] as number);
  const allowed =
    policy.ignoreFirstToken || length === 0 ? undefined : prefillDeadlineFor(policy.prefillDeadline, timeline);
  if (allowed === undefined)
    return { met: 0, missed: 0, late: 0, deadline: undefined, banked: nothing, anchor: arrival };
  const late = arrival - origin - allowed;
  if (late > 0) {
    const missed = expired(late, policy.decodeDeadline, policy.ties);
    return { met: 0, missed, late, deadline: allowed, banked: nothing, anchor: arrival };
  }
  const banked = Math.min(-late, policy.slackCap ?? Number.POSITIVE_INFINITY) as Nanoseconds;
  return { met: 1, missed: 0, late: 0, deadline: allowed, banked, anchor: arrival + banked };
}

/**
 * Fluidity account of one answer. A token in time banks what it left of its deadline; a late one
 * misses every deadline that expired meanwhile and starts the schedule anew at its arrival.
 */
export function fluidity(
  timeline: Timeline,
  policy: DeadlinePolicy,
  options: { readonly misses?: boolean } = {},
): FluidityAccount {
  const { times, length, origin } = timeline;
  const { decodeDeadline, ties } = policy;
  const cap = policy.slackCap ?? Number.POSITIVE_INFINITY;
  const first = firstTokenOf(timeline, policy);
  const misses: Miss[] | undefined = options.misses ? firstMiss(first, origin, times) : undefined;

  let { met, missed, anchor: due } = first;
  let maxLateness = first.late;
  let longestWait = 0;
  let longestToken = -1;
  let firstLate = -1;
  for (let i = 1; i < length; i++) {
    due += decodeDeadline;
    const arrival = times[i] as number;
    if (arrival <= due) {
      met++;
      if (due - arrival > cap) due = arrival + cap;
      continue;
    }
    const late = arrival - due;
    const lost = expired(late, decodeDeadline, ties);
    const wait = arrival - (times[i - 1] as number);
    missed += lost;
    misses?.push({ token: i, deadline: due as Nanoseconds, arrived: arrival as Nanoseconds, missed: lost });
    if (late > maxLateness) maxLateness = late;
    if (firstLate < 0) firstLate = i;
    if (wait > longestWait) {
      longestWait = wait;
      longestToken = i;
    }
    due = arrival;
  }
  return {
    met,
    missed,
    index: met + missed === 0 ? undefined : met / (met + missed),
    prefillDeadline: first.deadline,
    decodeDeadline,
    firstTokenMissed: first.deadline === undefined ? undefined : first.missed > 0,
    slackBanked: first.banked,
    longestStall: longestToken < 0 ? undefined : { wait: longestWait as Nanoseconds, token: longestToken },
    firstStallToken: firstLate < 0 ? undefined : firstLate,
    maxLateness: maxLateness as Nanoseconds,
    misses,
  };
}

function firstMiss(first: FirstToken, origin: Nanoseconds, times: Float64Array): Miss[] {
  if (first.missed === 0 || first.deadline === undefined) return [];
  const deadline = (origin + first.deadline) as Nanoseconds;
  return [{ token: 0, deadline, arrived: (times[0] ?? origin) as Nanoseconds, missed: first.missed }];
}
