import type { ScorePolicy } from '../metrics/index.ts';
import type { FoundCapacity } from './capacity-found.ts';
import { type ComparedRun, compatibility, type DifferingKey, severalFactors } from './comparison-compatibility.ts';

/** What a capacity search found for a system under one objective. */
export interface ComparedCapacity {
  readonly name: string;
  readonly folder?: string;
  /** Conditions in words, with what tells it from others of the same conditions. */
  readonly objective: string;
  readonly unit: FoundCapacity['unit'];
  readonly reason?: FoundCapacity['reason'];
  /** Of the interval; absent where points decided, as in the literature. */
  readonly confidence?: number;
  readonly lower?: number;
  readonly upper?: number;
  readonly estimate?: number;
}

/** Two searches for the same objective, and what their intervals say. */
export interface ComparedCapacities {
  readonly baseline: ComparedCapacity;
  readonly candidate: ComparedCapacity;
  readonly verdict: CapacityVerdict;
  readonly differing: readonly DifferingKey[];
  readonly warnings: readonly string[];
}

/** Of the candidate: it carries more or less than the baseline, or why it cannot be told. */
export type CapacityVerdict = 'more' | 'less' | 'overlap' | 'unknown' | 'irregular' | 'other unit';

/** A search as far as it matters for whether its result may be laid beside another's. */
export interface ComparableSearch {
  readonly found: ComparedCapacity;
  /** Conditions alone. */
  readonly conditions: string;
  /** What the conditions were judged under. */
  readonly policy: ScorePolicy;
  /** The plan without the load that was searched for, and the manifest of a look. */
  readonly run: ComparedRun;
  readonly decide: string;
}

/** One carries more where its relevant lower bound is not below the other's relevant upper bound. */
export function capacityVerdict(baseline: ComparedCapacity, candidate: ComparedCapacity): CapacityVerdict {
  if (baseline.unit !== candidate.unit) return 'other unit';
  if (baseline.reason === 'irregular' || candidate.reason === 'irregular') return 'irregular';
  if (isAbove(candidate, baseline)) return 'more';
  if (isAbove(baseline, candidate)) return 'less';
  const known = ({ lower, upper }: ComparedCapacity): boolean => lower !== undefined && upper !== undefined;
  return known(baseline) && known(candidate) ? 'overlap' : 'unknown';
}

const isAbove = ({ lower }: ComparedCapacity, { upper }: ComparedCapacity): boolean =>
  lower !== undefined && upper !== undefined && lower >= upper;

/** Every search with the first of its objective; what was judged under another policy is another objective. */
export function compareSearches(searches: readonly ComparableSearch[]): ComparedCapacities[] {
  const firsts = new Map<string, ComparableSearch>();
  return searches.flatMap((search) => {
    const first = firsts.get(search.found.objective);
    if (first) return [pairOf(first, search)];
    firsts.set(search.found.objective, search);
    return [];
  });
}

function pairOf(baseline: ComparableSearch, candidate: ComparableSearch): ComparedCapacities {
  const { differing } = compatibility(baseline.run, candidate.run);
  const decided: DifferingKey[] =
    baseline.decide === candidate.decide
      ? []
      : [
          {
            kind: 'policy',
            key: 'search.decide',
            baseline: baseline.decide,
            candidate: candidate.decide,
            forbids: false,
          },
        ];
  return {
    baseline: baseline.found,
    candidate: candidate.found,
    verdict: capacityVerdict(baseline.found, candidate.found),
    differing: [...decided, ...differing],
    warnings: [...severalFactors(differing), ...guessed(baseline, candidate)],
  };
}

const guessed = (...searches: readonly ComparableSearch[]): string[] =>
  searches
    .filter(({ decide }) => decide === 'point')
    .map(({ found: { name } }) => `${name} was decided by single runs: how sure its bounds are, nobody knows`);

/** Objectives of the same conditions that were judged under other policies, one sentence each. */
export function unlikePolicies(searches: readonly ComparableSearch[]): string[] {
  const all = [...new Set(searches.map(({ conditions }) => conditions))];
  return all.flatMap((conditions) => {
    const alike = searches.filter((search) => search.conditions === conditions);
    const objectives = [...new Set(alike.map(({ found: { objective } }) => objective))];
    return objectives.length < 2
      ? []
      : [`the policies differ (${objectives.join('; ')}): capacities are compared only under the same one`];
  });
}
