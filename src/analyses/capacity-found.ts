import type { LoadPoint, NamedPoints } from './capacity-points.ts';
import type { OperatingPoint, ProbeWindow } from './capacity-probe.ts';
import type { CapacityReason, CapacityResult, TriedLoad } from './capacity-result.ts';
import type { LostLook } from './capacity-watch.ts';

/** What a load is counted in. */
export type LoadUnit = 'requests/s' | 'users';

/** What a search found, as it is stored and shown. Loads in its unit; absent bounds were not shown by any load. */
export interface FoundCapacity {
  /** The objective, condition by condition, in words. */
  readonly conditions: readonly string[];
  readonly reason: CapacityReason;
  /** Of the interval; absent where points decided, as in the literature. */
  readonly confidence?: number;
  readonly unit: LoadUnit;
  readonly relevantLowerBound?: number;
  readonly relevantUpperBound?: number;
  readonly estimate?: number;
  /** How the system ran at the relevant lower bound (RFC 9971). */
  readonly conditionalThroughput?: OperatingPoint;
  readonly bindingCondition?: string;
  readonly edge?: 'smooth' | 'cliff';
  /** A larger load passes where a smaller one fails (RFC 9971). */
  readonly irregular?: string;
  /** Which relevant bound does not exist, and why. */
  readonly missingBound?: string;
  /** The look in which the client was the limit. */
  readonly client?: { readonly load: number; readonly reason: string };
  /** The look in which the target was lost: it says nothing about its load. */
  readonly target?: LostLook;
  /** Requests whose first-token deadline is a guess: outside the lengths of the prefill curve. */
  readonly extrapolated?: number;
  readonly points: NamedPoints;
  /** Shares of saturation, each with the load tried that lies nearest; absent where no load saturates. */
  readonly loadPoints?: readonly LoadPoint[];
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
