import type { TriedLoad } from './capacity-result.ts';

/** Loads with names (benchmarking drafts, standards 1.2), each with the rule it was found by. */
export interface NamedPoints {
  /** Highest load shown to pass. */
  readonly best?: number;
  /** Lowest load whose P99 of the first token is above twice the least of any load. */
  readonly knee?: number;
  /** Highest load below the knee that was tried: the knee lies between them. */
  readonly kneeAfter?: number;
  /**
   * Lowest load whose backlog grows, or that completes less than 90 % of what arrives and was not shown to pass: a
   * look of a few answers' time tells little of what comes out, and a load whose backlog may rise never passes.
   */
  readonly saturation?: number;
  /** Highest load below that was tried. */
  readonly saturationAfter?: number;
  /** A hint only, since mixed lengths alone can bring it: lowest load whose P99 of the whole answer is above 10 × its P50. */
  readonly tailHint?: number;
}

/** In a shorter look, what is still open at the end weighs too much. */
const enoughToTell = 500;

export function namedPoints(tried: readonly TriedLoad[], lower: number | undefined): NamedPoints {
  const points = tried.flatMap(({ load, observations, backlog, verdict }) => {
    const longest = [...observations].sort((a, b) => b.cost.requests - a.cost.requests)[0];
    return longest?.point ? [{ load, backlog, verdict, requests: longest.cost.requests, ...longest.point }] : [];
  });
  const least = Math.min(...points.flatMap(({ ttftP99_ms }) => ttftP99_ms ?? []));
  const first = (is: (point: (typeof points)[number]) => boolean): number | undefined => points.find(is)?.load;
  const after = <Key extends string>(key: Key, load: number): { [K in Key]?: number } => {
    const below = points.findLast((point) => point.load < load);
    return below ? ({ [key]: below.load } as { [K in Key]: number }) : {};
  };
  const knee = first(({ ttftP99_ms = 0 }) => ttftP99_ms > 2 * least);
  const saturation = first(
    ({ backlog, verdict, requests, offered_per_s = 0, completed_per_s = offered_per_s }) =>
      backlog === 'growing' ||
      (verdict !== 'passes' && requests >= enoughToTell && completed_per_s < 0.9 * offered_per_s),
  );
  const tailHint = first(({ e2eP50_ms = Number.POSITIVE_INFINITY, e2eP99_ms = 0 }) => e2eP99_ms > 10 * e2eP50_ms);
  return {
    ...(lower !== undefined && { best: lower }),
    ...(knee !== undefined && { knee, ...after('kneeAfter', knee) }),
    ...(saturation !== undefined && { saturation, ...after('saturationAfter', saturation) }),
    ...(tailHint !== undefined && { tailHint }),
  };
}

/** How the target runs at a share of its saturation (benchmarking drafts, standards 1.2). */
export interface LoadPoint {
  /** Of the saturation load. */
  readonly share: number;
  /** The load tried that lies nearest, no more than a tenth away; `tried` holds how the target ran there. */
  readonly load?: number;
  /** Why there is none. */
  readonly note?: string;
}

const saturationShares = [0.25, 0.5, 0.75, 0.9];
const nearEnough = 0.1;

/** Loads at fixed shares of saturation, of those that were tried anyway: none is added for their sake. */
export function loadPoints(
  tried: readonly Pick<TriedLoad, 'load'>[],
  { saturation }: Pick<NamedPoints, 'saturation'>,
): LoadPoint[] {
  if (saturation === undefined) return [];
  return saturationShares.map((share) => {
    const wanted = share * saturation;
    const apart = (load: number): number => Math.abs(load - wanted) / wanted;
    const [nearest] = tried.map(({ load }) => load).sort((a, b) => apart(a) - apart(b));
    return nearest !== undefined && apart(nearest) <= nearEnough
      ? { share, load: nearest }
      : { share, note: 'no load within a tenth of it was tried' };
  });
}
