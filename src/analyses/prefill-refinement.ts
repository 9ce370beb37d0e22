import type { RequestRecord } from '../core/record.ts';
import { formulaAt } from './prefill-fit.ts';
import { type PrefillProfile, type ProfiledLength, prefillProfile } from './prefill-profile.ts';
import { aroundPowers, withinGap } from './prefill-round-lengths.ts';

/** Neighbours further apart hide too much, however alike they are; shorter prompts than these lie on the floor. */
const widest = { ratio: 1.22, from_tokens: 128 } as const;
/** Two neighbours that differ by more against the formula, and by so many standard errors, may hide a step between them … */
const suspected = { leastJump: 0.02, errors: 2.2, closest: 1.02 } as const;
/** … or hide one for certain, which is then closed in upon. */
const certain = { leastJump: 0.025, errors: 3, closest: 1.001 } as const;
/** Close neighbours of which nobody can say whether a step lies between them are measured once more. */
const doubtful = { leastJump: 0.015, fewestErrors: 1.5, mostErrors: 4.5, closest: 1.1 } as const;
/** What splits a prompt after so many tokens splits it again after these multiples of them. */
const split = { closest: 1.03, leastJump: 0.04, errors: 2.2, multiples: [2, 3] } as const;
const mostAdded = 96;
const mostRounds = 12;

/** Measures these lengths, each `repeats` times, and gives all records there are so far; undefined if it may not. */
export type MeasureMore = (lengths: readonly number[]) => Promise<readonly RequestRecord[] | undefined>;

/** Adds lengths where the ones that were measured leave something open, until nothing is or enough are added. */
export async function refinedProfile(first: PrefillProfile, measure: MeasureMore): Promise<PrefillProfile> {
  let profile = first;
  let room = mostAdded;
  for (let round = 0; round < mostRounds; round++) {
    const lengths = lengthsToAdd(profile).slice(0, room);
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
  readonly ratio: number;
  /** Change of the times against the formula, a share. */
  readonly jump: number;
  /** Standard error of that. */
  readonly error: number;
}

/**
 * Lengths to measure next, most telling first: both sides of powers of two, where steps are likeliest; within each
 * two neighbours whose times lie differently against the formula (a kernel's tile, a scheduler's split), again and
 * again until they are close; the multiples of a step that was found; the middle of what is still a wide gap; and
 * once more those that leave in doubt whether a step lies between them.
 */
function lengthsToAdd({ points, fit }: PrefillProfile): number[] {
  const pairs = pairsOf(points, fit);
  const known = new Set(points.map(({ asked }) => asked));
  const [shortest, longest] = [Math.min(...known), Math.max(...known)];
  const open = pairs.filter(isOpen).sort((a, b) => gainOf(b) - gainOf(a));
  const likely = [
    ...aroundPowers(points),
    ...open.flatMap(({ before, after }) => withinGap(before.asked, after.asked, points)),
    ...multiplesOf(pairs),
  ];
  const wanted = [...likely, ...wideGaps([...known, ...likely])];
  const fresh = wanted.filter((length) => length > shortest && length < longest && !known.has(length));
  return [...new Set([...fresh, ...inDoubt(pairs)])];
}

function pairsOf(points: readonly ProfiledLength[], fit: PrefillProfile['fit']): Pair[] {
  const computed = points.filter(({ cached = 0 }) => cached === 0);
  const off = ({ tokens, mean_ms }: ProfiledLength): number => mean_ms / formulaAt(fit, tokens) - 1;
  return computed.slice(1).flatMap((after, i) => {
    const before = computed[i];
    if (before === undefined) return [];
    const error = Math.hypot(before.standardError, after.standardError);
    return [{ before, after, ratio: after.asked / before.asked, jump: off(after) - off(before), error }];
  });
}

const isOpen = ({ ratio, jump, error }: Pair): boolean =>
  [suspected, certain].some(
    ({ leastJump, errors, closest }) => ratio > closest && Math.abs(jump) > Math.max(leastJump, errors * error),
  );

const gainOf = ({ jump, ratio }: Pair): number => Math.abs(jump) * Math.log(ratio);

/** Both sides of each multiple. */
const multiplesOf = (pairs: readonly Pair[]): number[] =>
  pairs
    .filter(({ ratio, jump, error }) => ratio < split.closest && jump > Math.max(split.leastJump, split.errors * error))
    .flatMap(({ before, after }) => split.multiples.flatMap((n) => [n * before.asked, n * after.asked]));

/** The middle of every gap between ascending neighbours that is too wide. */
function wideGaps(lengths: readonly number[]): number[] {
  const ascending = [...lengths].sort((a, b) => a - b);
  return ascending.slice(1).flatMap((after, i) => {
    const before = ascending[i] ?? after;
    return before >= widest.from_tokens && after > widest.ratio * before ? [Math.round(Math.sqrt(before * after))] : [];
  });
}

function inDoubt(pairs: readonly Pair[]): number[] {
  const fewest = Math.min(...pairs.flatMap(({ before, after }) => [before.n, after.n]));
  return pairs
    .filter(({ ratio, jump, error }) => {
      const [size, errors] = [Math.abs(jump), Math.abs(jump) / Math.max(1e-9, error)];
      const { leastJump, fewestErrors, mostErrors, closest } = doubtful;
      return ratio < closest && size > leastJump && errors > fewestErrors && errors < mostErrors;
    })
    .flatMap(({ before, after }) => [before, after])
    .filter(({ n }) => n < 2 * fewest)
    .map(({ asked }) => asked);
}
