import { boundsOf, type JudgedLoad, judgeLoads } from './capacity-bounds.ts';
import { fitCurve } from './capacity-curve.ts';
import { LoadEvidence, loadEvidence } from './capacity-evidence.ts';
import type { ProbeObservation } from './capacity-probe.ts';

export interface Look {
  readonly load: number;
  readonly observation: ProbeObservation;
}

/** What stored looks say about an objective they were not made for. */
export interface Rescored {
  /** Highest load shown to pass, lowest shown to fail, and where misses cross what is allowed. */
  readonly lower?: number;
  readonly upper?: number;
  /** Absent where all loads pass or all fail: the capacity lies beyond what was looked at. */
  readonly estimate?: number;
}

/** Capacity from looks that exist, without choosing any. */
export function capacityFromLooks(
  looks: readonly Look[],
  shares: readonly number[],
  { confidence, nearness }: { readonly confidence: number; readonly nearness: number },
): Rescored {
  const loads = [...new Set(looks.map(({ load }) => load))]
    .sort((a, b) => a - b)
    .map((load) => {
      const evidence = new LoadEvidence(load, 0.5);
      for (const look of looks) if (look.load === load && !look.observation.limit) evidence.add(look.observation);
      return evidence;
    })
    .filter(({ observations }) => observations.length > 0);
  const [first, last] = [loads[0], loads.at(-1)];
  if (!first || !last) return {};
  const judged = judgeLoads(
    loads,
    loads.map((load) => loadEvidence(loads, load, shares)),
  );
  const { lower, upper } = boundsOf(judged, confidence);
  const { capacity } = fitCurve(loads, shares, nearness);
  return {
    ...(lower && { lower: lower.evidence.load }),
    ...(upper && { upper: upper.evidence.load }),
    ...(capacity > first.load && capacity < last.load && { estimate: within(capacity, lower, upper) }),
  };
}

const within = (capacity: number, lower: JudgedLoad | undefined, upper: JudgedLoad | undefined): number =>
  Math.min(upper?.evidence.load ?? capacity, Math.max(lower?.evidence.load ?? capacity, capacity));

/** Capacity by decode deadline and by what the first token is allowed. */
export interface SurfaceCell extends Rescored {
  readonly decodeDeadline_ms: number;
  /** Slack above the prefill curve where there is one, else the first token's deadline. */
  readonly firstToken_ms: number;
}

export interface RankingFlip {
  readonly decodeDeadline_ms: number;
  readonly firstToken_ms: number;
  /** Which is ahead here, and not in most cells in which both are known. */
  readonly ahead: string;
  readonly behind: string;
  /** Bounds that do not overlap show both orders: this one here, the other elsewhere. Else estimates alone say so. */
  readonly sure?: true;
}

/** Cells in which two systems stand in another order than in most cells where both are known; of a tie, than in the first. */
export function rankingFlips(surfaces: ReadonlyMap<string, readonly SurfaceCell[]>): RankingFlip[] {
  const names = [...surfaces.keys()];
  return names.flatMap((a, i) => names.slice(i + 1).flatMap((b) => flipsBetween(surfaces, a, b)));
}

/** One choice of deadlines: 1 where the first system is ahead, −1 where the second is. */
interface Order {
  readonly cell: SurfaceCell;
  readonly ahead: number;
  readonly shown: boolean;
}

function flipsBetween(surfaces: ReadonlyMap<string, readonly SurfaceCell[]>, a: string, b: string): RankingFlip[] {
  const others = surfaces.get(b) ?? [];
  const orders = (surfaces.get(a) ?? []).flatMap((cell): Order[] => {
    const other = others.find(
      (each) => each.decodeDeadline_ms === cell.decodeDeadline_ms && each.firstToken_ms === cell.firstToken_ms,
    );
    if (cell.estimate === undefined || other?.estimate === undefined || cell.estimate === other.estimate) return [];
    const ahead = Math.sign(cell.estimate - other.estimate);
    return [{ cell, ahead, shown: ahead > 0 ? isAbove(cell, other) : isAbove(other, cell) }];
  });
  const sum = orders.reduce((total, { ahead }) => total + ahead, 0);
  const usual = Math.sign(sum) || (orders[0]?.ahead ?? 0);
  const usualIsShown = orders.some(({ ahead, shown }) => ahead === usual && shown);
  return orders
    .filter(({ ahead }) => ahead === -usual)
    .map(({ cell, ahead, shown }) => ({
      decodeDeadline_ms: cell.decodeDeadline_ms,
      firstToken_ms: cell.firstToken_ms,
      ahead: ahead > 0 ? a : b,
      behind: ahead > 0 ? b : a,
      ...(shown && usualIsShown && { sure: true as const }),
    }));
}

const isAbove = ({ lower }: Rescored, { upper }: Rescored): boolean =>
  lower !== undefined && upper !== undefined && lower >= upper;
