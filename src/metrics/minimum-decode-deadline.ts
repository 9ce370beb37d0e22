import type { Nanoseconds } from '../core/units.ts';
import { type DeadlinePolicy, expired, firstTokenOf, fluidity } from './fluidity.ts';
import type { ScorePolicy } from './policy.ts';
import type { Timeline } from './timeline.ts';

type MinimumPolicy = DeadlinePolicy & Pick<ScorePolicy, 'fluidFrom'>;

/**
 * D*: the smallest decode deadline, in whole nanoseconds, at which an answer's fluidity-index
 * reaches `fluidFrom` (paper 4.1). 0 if there is nothing to miss, Infinity if none suffices.
 * Exact, because the index never falls when the deadline grows.
 */
export function minimumDecodeDeadline(timeline: Timeline, policy: MinimumPolicy): number {
  if (timeline.length === 0) return Number.POSITIVE_INFINITY;
  if (policy.fluidFrom <= 0) return 0;
  const isPlain = policy.ignoreFirstToken && policy.slackCap === undefined && policy.ties === 'paper';
  return isPlain ? minimumByProbes(timeline, policy.fluidFrom) : minimumByBisection(timeline, policy);
}

/**
 * Smallest decode deadline at which no token after the first is late, ns: the largest mean gap over
 * any prefix, ⌈max over i of (t_i − t_0) ÷ i⌉; with a slack cap the largest gap, which is an upper bound.
 */
export function deadlineWithoutMiss({ times, length }: Timeline, slackCap?: number): number {
  let anchor = times[0] as number;
  let largest = 0;
  for (let i = 1; i < length; i++) {
    const steps = slackCap === undefined ? i : 1;
    const elapsed = (times[i] as number) - anchor;
    // The division only where it raises the result.
    if (elapsed > largest * steps) largest = elapsed / steps;
    if (slackCap !== undefined) anchor = times[i] as number;
  }
  return Math.ceil(largest);
}

/** For every policy: halves the range until one nanosecond is left. */
export function minimumByBisection(timeline: Timeline, policy: MinimumPolicy): number {
  const passes = (decodeDeadline: number): boolean => {
    const { index } = fluidity(timeline, { ...policy, decodeDeadline: decodeDeadline as Nanoseconds });
    return index === undefined || index >= policy.fluidFrom;
  };
  const { late } = firstTokenOf(timeline, policy);
  // A first token that is late costs one deadline however long the decode deadline is.
  let high = Math.max(deadlineWithoutMiss(timeline, policy.slackCap), late > 0 ? late + 1 : 0);
  if (!passes(high)) return Number.POSITIVE_INFINITY;
  let low = -1;
  while (high - low > 1) {
    const middle = low + Math.floor((high - low) / 2);
    if (passes(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/**
 * For the paper's rules with the first token ignored, which the fluid rate of every run needs. An
 * answer of n decode tokens that passes at D lasts at most D · n ÷ fluidFrom, because a late token
 * that costs m deadlines came within m + 1 of them: a lower bound. Every probe then moves a bound
 * not to the deadline tried but to the nearest one at which anything changes.
 */
function minimumByProbes(timeline: Timeline, fluidFrom: number): number {
  const { times, length } = timeline;
  const span = (times[length - 1] as number) - (times[0] as number);
  let high = deadlineWithoutMiss(timeline);
  let low = Math.floor((span * fluidFrom) / Math.max(1, length - 1)) - 1;
  while (high - low > 1) {
    const middle = low + Math.floor((high - low) / 2);
    const bound = probe(times, length, middle, fluidFrom);
    if (bound > middle) low = bound - 1;
    else high = bound;
  }
  return Math.max(0, high);
}

/**
 * Tries one decode deadline D. A result above D: the answer does not pass at D, nor at anything less
 * than the result. Otherwise it passes at the result and everything above. Between D and the result
 * each token is in time, or late by as many deadlines, as at D.
 */
function probe(times: Float64Array, length: number, deadline: number, fluidFrom: number): number {
  // What could still be met if nothing more were late.
  let possible = length - 1;
  let missed = 0;
  let above = Number.POSITIVE_INFINITY;
  let below = 0;
  let anchor = times[0] as number;
  let steps = 0;
  for (let i = 1; i < length; i++) {
    steps++;
    const arrival = times[i] as number;
    const elapsed = arrival - anchor;
    const allowed = steps * deadline;
    if (elapsed <= allowed) {
      // The division only where it raises the bound.
      if (elapsed > below * steps) below = elapsed / steps;
      continue;
    }
    const lost = expired(elapsed - allowed, deadline, 'paper');
    missed += lost;
    possible--;
    // One fewer is lost as soon as the last of them is due after the arrival; the token's own may coincide.
    const fewer = lost === 1 ? Math.ceil(elapsed / steps) : Math.floor(elapsed / (steps + lost - 1)) + 1;
    if (fewer < above) above = fewer;
    if (possible / (possible + missed) < fluidFrom) return above;
    const same = Math.floor(elapsed / (steps + lost)) + 1;
    if (same > below) below = same;
    anchor = arrival;
    steps = 0;
  }
  return Math.ceil(below);
}
