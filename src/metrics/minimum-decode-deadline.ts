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
export function deadlineWithoutMiss({ times, length }: Pick<Timeline, 'times' | 'length'>, slackCap?: number): number {
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
 * For the paper's rules with the first token ignored, which the fluid rate of every run needs.
 * - An answer of n decode tokens that passes at D lasts at most D · n ÷ fluidFrom, because a late
 *   token that costs m deadlines came within m + 1 of them: a lower bound.
 * - Every probe moves a bound not to the deadline tried but to the nearest one at which anything changes.
 * - A token that is in time at some deadline is in time at every longer one, so after a probe that
 *   fails only the tokens that were late in it need to be looked at.
 */
function minimumByProbes({ times, length }: Timeline, fluidFrom: number): number {
  const span = (times[length - 1] as number) - (times[0] as number);
  let high = deadlineWithoutMiss({ times, length });
  let low = Math.floor((span * fluidFrom) / Math.max(1, length - 1)) - 1;
  if (high - low <= 1) return Math.max(0, high);
  const probe = new Probe(times, length, fluidFrom);
  while (high - low > 1) {
    const middle = low + Math.floor((high - low) / 2);
    const bound = probe.at(middle);
    if (bound > middle) low = bound - 1;
    else high = bound;
  }
  return Math.max(0, high);
}

/** Places of tokens, used by one search after the other. */
const scratch = { every: new Int32Array(0), one: new Int32Array(0), other: new Int32Array(0) };

/** Room for `length` places; `every` is 1, 2, 3 … */
function reserve(length: number): void {
  if (length <= scratch.every.length) return;
  const room = Math.max(1024, 2 * length);
  scratch.every = Int32Array.from({ length: room }, (_, i) => i + 1);
  scratch.one = new Int32Array(room);
  scratch.other = new Int32Array(room);
}

/** Tries decode deadlines above all that failed before. */
class Probe {
  readonly #times: Float64Array;
  readonly #decode: number;
  readonly #fluidFrom: number;
  /** Tokens that may be late, in order. */
  #places: Int32Array;
  #count: number;

  constructor(times: Float64Array, length: number, fluidFrom: number) {
    reserve(length);
    this.#times = times;
    this.#decode = length - 1;
    this.#fluidFrom = fluidFrom;
    this.#places = scratch.every;
    this.#count = length - 1;
  }

  /**
   * A result above D: the answer does not pass at D, nor at anything less than the result. Otherwise
   * it passes at the result and everything above. Between D and the result each token is in time, or
   * late by as many deadlines, as at D.
   */
  at(deadline: number): number {
    const times = this.#times;
    const places = this.#places;
    const count = this.#count;
    const fluidFrom = this.#fluidFrom;
    // Spares most divisions: above this the quotient cannot round to less than `fluidFrom`.
    const surely = fluidFrom * (1 + 1e-12);
    const late = places === scratch.one ? scratch.other : scratch.one;
    let lateCount = 0;
    // What could still be met if nothing more were late.
    let possible = this.#decode;
    let missed = 0;
    // Both are compared by product and divided only where they move.
    let above = Number.POSITIVE_INFINITY;
    let below = 0;
    let anchor = times[0] as number;
    let anchorPlace = 0;
    let passes = true;
    for (let c = 0; c < count; c++) {
      const place = places[c] as number;
      const arrival = times[place] as number;
      const steps = place - anchorPlace;
      const elapsed = arrival - anchor;
      const allowed = steps * deadline;
      if (elapsed <= allowed) {
        if (elapsed > below * steps) below = elapsed / steps;
        continue;
      }
      late[lateCount++] = place;
      anchor = arrival;
      anchorPlace = place;
      if (!passes) continue;
      const overdue = elapsed - allowed;
      const lost = overdue < deadline ? 1 : expired(overdue, deadline, 'paper');
      missed += lost;
      possible--;
      const through = steps + lost - 1;
      // One fewer is lost as soon as the last of them is due after the arrival; the token's own may coincide.
      if (elapsed < above * through)
        above = lost === 1 ? Math.ceil(elapsed / steps) : Math.floor(elapsed / through) + 1;
      if (elapsed >= below * (through + 1)) below = Math.floor(elapsed / (through + 1)) + 1;
      passes = possible >= surely * (possible + missed) || possible / (possible + missed) >= fluidFrom;
    }
    if (passes) return Math.ceil(below);
    this.#places = late;
    this.#count = lateCount;
    return above;
  }
}
