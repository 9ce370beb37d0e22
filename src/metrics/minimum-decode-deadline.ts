import { type DeadlinePolicy, expired, type FirstToken, firstTokenOf } from './fluidity.ts';
import type { ScorePolicy } from './policy.ts';
import type { Timeline } from './timeline.ts';

/**
 * D*: the smallest decode deadline, in whole nanoseconds, at which an answer's fluidity-index
 * reaches `fluidFrom` (paper 4.1). 0 if there is nothing to miss, Infinity if none suffices.
 * Exact: the index never falls when the deadline grows, so an integer bisection finds it, between
 * two bounds: at `deadlineWithoutMiss` no decode token is late; and an answer of n
 * decode tokens that passes at D lasts at most D · n ÷ fluidFrom, because a late token that costs m
 * deadlines came within m + 1 of them.
 */
export function minimumDecodeDeadline(
  timeline: Timeline,
  policy: DeadlinePolicy & Pick<ScorePolicy, 'fluidFrom'>,
): number {
  const { times, length } = timeline;
  if (length === 0) return Number.POSITIVE_INFINITY;
  const first = firstTokenOf(timeline, policy);
  const decode = length - 1;
  // The longest wait of the first token itself counts once from here on, however large D is.
  let high = Math.max(deadlineWithoutMiss(timeline, policy.slackCap), first.late > 0 ? first.late + 1 : 0);
  const search = { times, length, first, policy };
  if (!passes(search, high)) return Number.POSITIVE_INFINITY;
  if (high === 0 || passes(search, 0)) return 0;
  let low = 0;
  if (first.deadline === undefined && decode > 0) {
    const span = (times[length - 1] as number) - (times[0] as number);
    // One nanosecond lower than the bound: room for the rounding of the division.
    low = Math.max(0, Math.floor((span * policy.fluidFrom) / decode) - 1);
  }
  while (high - low > 1) {
    const middle = low + Math.floor((high - low) / 2);
    if (passes(search, middle)) high = middle;
    else low = middle;
  }
  return high;
}

/**
 * Smallest decode deadline at which no token after the first is late, ns: the largest mean gap over
 * any prefix, ⌈max over i of (t_i − t_0) ÷ i⌉; with a slack cap the largest gap, which is an upper bound.
 */
export function deadlineWithoutMiss({ times, length }: Timeline, slackCap?: number): number {
  const start = times[0] as number;
  let largest = 0;
  for (let i = 1; i < length; i++) {
    const arrival = times[i] as number;
    const needed = slackCap === undefined ? (arrival - start) / i : arrival - (times[i - 1] as number);
    if (needed > largest) largest = needed;
  }
  return Math.ceil(largest);
}

interface Search {
  readonly times: Float64Array;
  readonly length: number;
  readonly first: FirstToken;
  readonly policy: DeadlinePolicy & Pick<ScorePolicy, 'fluidFrom'>;
}

/** Whether the index reaches `fluidFrom` at this decode deadline; ends as soon as it no longer can. */
function passes({ times, length, first, policy }: Search, decodeDeadline: number): boolean {
  const { fluidFrom, ties } = policy;
  const cap = policy.slackCap ?? Number.POSITIVE_INFINITY;
  let missed = first.late > 0 ? expired(first.late, decodeDeadline, ties) : 0;
  // What could still be met if nothing more were late.
  let possible = first.met + length - 1;
  if (missed > 0 && possible / (possible + missed) < fluidFrom) return false;
  let due = first.anchor;
  for (let i = 1; i < length; i++) {
    due += decodeDeadline;
    const arrival = times[i] as number;
    if (arrival > due) {
      possible--;
      missed += expired(arrival - due, decodeDeadline, ties);
      if (possible / (possible + missed) < fluidFrom) return false;
      due = arrival;
    } else if (due - arrival > cap) due = arrival + cap;
  }
  return true;
}
