import type { NamedPoints } from './capacity-points.ts';
import type { OperatingPoint, ProbeWindow } from './capacity-probe.ts';
import type { CapacityReason, CapacityResult, TriedLoad } from './capacity-result.ts';

/** What a search found, as it is stored and shown. Loads in its unit; absent bounds were not shown by any load. */
export interface FoundCapacity {
  /** The objective, condition by condition, in words. */
  readonly conditions: readonly string[];
  readonly reason: CapacityReason;
  /** Of the interval; absent where points decided, as in the literature. */
  readonly confidence?: number;
  readonly unit: 'requests/s' | 'users';
  readonly relevantLowerBound?: number;
  readonly relevantUpperBound?: number;
  readonly estimate?: number;
  /** How the system ran at the relevant lower bound (RFC 9971). */
  readonly conditionalThroughput?: OperatingPoint;
  readonly bindingCondition?: string;
  readonly edge?: 'smooth' | 'cliff';
  readonly irregular?: string;
  readonly client?: { readonly load: number; readonly reason: string };
  readonly points: NamedPoints;
  readonly tried: readonly FoundLoad[];
  readonly cost: CapacityResult['cost'];
}

/** One load that was tried, without what each look at it observed. */
export interface FoundLoad extends Pick<TriedLoad, 'load' | 'verdict' | 'requests' | 'shares' | 'backlog'> {
  /** Of the longest look. */
  readonly point?: OperatingPoint;
  readonly runs: readonly string[];
  /** Which requests of each look were judged: those of its steady state, or why it had none. */
  readonly windows: readonly ProbeWindow[];
}

export function foundLoad({ load, verdict, requests, shares, backlog, observations }: TriedLoad): FoundLoad {
  const point = [...observations].sort((a, b) => b.cost.requests - a.cost.requests)[0]?.point;
  return {
    load,
    verdict,
    requests,
    shares,
    backlog,
    ...(point && { point }),
    runs: observations.flatMap(({ run }) => run ?? []),
    windows: observations.flatMap(({ window }) => window ?? []),
  };
}
