import type { RequestRecord } from '../core/record.ts';
import { formulaAt } from './prefill-fit.ts';
import { type PrefillProfile, type ProfiledLength, prefillProfile } from './prefill-profile.ts';

/** Two neighbours that differ by more against the formula, and by so many standard errors, hide something between them. */
const leastDifference = 0.02;
const differenceErrors = 2.2;
/** Lengths that lie this close are near enough, whatever happens between them. */
const closest = 1.02;
/** A jump between lengths this close may be a scheduler's split; it would come again at these multiples. */
const split = { closest: 1.03, leastJump: 0.04, multiples: [2, 3] } as const;
const mostAdded = 24;
const mostRounds = 6;

/** Measures these lengths, each `repeats` times, and gives all records there are so far; undefined if it may not. */
export type MeasureMore = (lengths: readonly number[]) => Promise<readonly RequestRecord[] | undefined>;

/** Adds lengths where the ones that were measured leave something open, until nothing is or enough are added. */
export async function refinedProfile(first: PrefillProfile, measure: MeasureMore): Promise<PrefillProfile> {
  let profile = first;
  let room = mostAdded;
  for (let round = 0; round < mostRounds; round++) {
    const lengths = lengthsToAdd(profile, room);
    const records = lengths.length > 0 ? await measure(lengths) : undefined;
    const found = records && prefillProfile(records);
    if (!found) return profile;
    profile = found;
    room -= lengths.length;
  }
  return profile;
}

interface Pair {
  readonly before: ProfiledLength;
  readonly after: ProfiledLength;
  /** Change of the times against the formula, a share. */
  readonly jump: number;
  /** Standard error of that. */
  readonly error: number;
}

/**
 * Lengths to measure next, most telling first: between each two neighbours whose times lie differently against the
 * formula, the one in the middle. Asked again and again, it closes in on every step (a kernel's tile, a scheduler's
 * split) and leaves alone what the formula tells already. Around a step that is found, its multiples follow.
 */
function lengthsToAdd(profile: PrefillProfile, most: number): number[] {
  const pairs = pairsOf(profile);
  const asked = profile.points.map((point) => point.asked);
  const longest = Math.max(...asked);
  const between = pairs
    .filter(({ jump, error }) => Math.abs(jump) > Math.max(leastDifference, differenceErrors * error))
    .sort((a, b) => gainOf(b) - gainOf(a))
    .map(({ before, after }) => Math.round(Math.sqrt(before.asked * after.asked)));
  const isNew = (length: number): boolean =>
    length < longest && asked.every((each) => Math.max(length / each, each / length) > Math.sqrt(closest) - 1e-3);
  return [...new Set([...between.filter(isNew), ...multiplesOf(pairs).filter(isNew)])].slice(0, most);
}

function pairsOf({ points, fit }: PrefillProfile): Pair[] {
  const computed = points.filter(({ cached = 0 }) => cached === 0);
  const off = ({ tokens, mean_ms }: ProfiledLength): number => mean_ms / formulaAt(fit, tokens) - 1;
  return computed.slice(1).flatMap((after, i) => {
    const before = computed[i];
    if (before === undefined) return [];
    const error = Math.hypot(before.standardError, after.standardError);
    return [{ before, after, jump: off(after) - off(before), error }];
  });
}

const ratioOf = ({ before, after }: Pair): number => after.asked / before.asked;

const gainOf = (pair: Pair): number => Math.abs(pair.jump) * Math.log(ratioOf(pair));

/** What splits a prompt after so many tokens splits it again after twice as many: both sides of each multiple. */
const multiplesOf = (pairs: readonly Pair[]): number[] =>
  pairs
    .filter(
      (pair) => ratioOf(pair) < split.closest && pair.jump > Math.max(split.leastJump, differenceErrors * pair.error),
    )
    .flatMap(({ before, after }) => split.multiples.flatMap((n) => [n * before.asked, n * after.asked]));
