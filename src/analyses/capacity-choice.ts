import { boundsOf, decisive, type JudgedLoad } from './capacity-bounds.ts';
import type { CapacityCurve } from './capacity-curve.ts';
import { effectAt } from './capacity-evidence.ts';
import type { CapacityOptions, LoadGrid } from './capacity-options.ts';

/** What is known when the next load is chosen. */
export interface SearchState {
  readonly options: CapacityOptions;
  readonly grid: LoadGrid;
  /** Ascending. */
  readonly loads: readonly JudgedLoad[];
  readonly curve: CapacityCurve;
  /** Highest load that may be tried. */
  readonly ceiling: number;
}

export interface Choice {
  readonly load: number;
  readonly requests: number;
}

/** A load that is rather likely to lie on the other side is left behind at once; else it is looked at again. */
const ratherLikely = 0.7;
/** Until a load has been looked at this many times over, a doubtful one is looked at again before moving on. */
const doubtfulLooks = 4;

/** First a bracket by doubling, then the two loads that can be decided for the least requests. */
export function chooseNext(state: SearchState): Choice {
  const { options, grid, loads, curve, ceiling } = state;
  const first = loads[0];
  const last = loads.at(-1);
  if (!first || !last) return { load: grid.nearest(options.start), requests: options.firstRequests };
  const up = curve.survival(last.evidence.load);
  const down = 1 - curve.survival(first.evidence.load);
  if (up > 0.5 && last.evidence.load < ceiling) {
    const settled = up > ratherLikely || last.evidence.requests >= doubtfulLooks * options.firstRequests;
    return settled
      ? look(state, Math.min(ceiling, grid.nearest(last.evidence.load * 2)))
      : look(state, last.evidence.load);
  }
  if (down > 0.5 && first.evidence.load > options.low) {
    const settled = down > ratherLikely || first.evidence.requests >= doubtfulLooks * options.firstRequests;
    const half = Math.min(grid.nearest(first.evidence.load / 2), first.evidence.load - (options.whole ? 1 : 0));
    return settled ? look(state, Math.max(options.low, half)) : look(state, first.evidence.load);
  }
  return look(state, cheapest(state));
}

/** As many requests as the load's growth asks for, and no more than are likely to decide it. */
function look(state: SearchState, load: number): Choice {
  const { options, loads } = state;
  const seen = loads.find(({ evidence }) => evidence.load === load)?.evidence.requests ?? 0;
  return { load, requests: Math.max(options.firstRequests, Math.ceil(options.growth * seen)) };
}

interface Candidate {
  readonly load: number;
  /** Requests that would show that it passes, and that it fails, by the curve; 0 once shown. */
  readonly toPass: number;
  readonly toFail: number;
  readonly seen: number;
}

/** Of all pairs of loads close enough together, the one that takes the fewest requests to enclose the capacity. */
function cheapest(state: SearchState): number {
  const { grid } = state;
  const candidates = candidatesOf(state);
  let best: { readonly cost: number; readonly load: number } | undefined;
  for (const [i, lower] of candidates.entries()) {
    for (const upper of candidates.slice(i + 1)) {
      if (!grid.closeEnough(lower.load, upper.load)) break;
      const cost = lower.toPass + upper.toFail;
      if (!best || cost < best.cost) best = { cost, load: openOne(lower, upper) };
    }
  }
  const ends = [candidates[0], candidates.at(-1)];
  const [floor, roof] = [ends[0]?.toFail, ends[1]?.toPass];
  if (atLimit(state, 'low') && ends[0] && floor !== undefined && (!best || floor < best.cost)) {
    best = { cost: floor, load: ends[0].load };
  }
  if (atLimit(state, 'high') && ends[1] && roof !== undefined && (!best || roof < best.cost)) {
    best = { cost: roof, load: ends[1].load };
  }
  return best?.load ?? (candidates[Math.floor(candidates.length / 2)] as Candidate).load;
}

/** Whichever of a pair is not yet shown and has been looked at less. */
function openOne(lower: Candidate, upper: Candidate): number {
  if (lower.toPass === 0) return upper.load;
  if (upper.toFail === 0) return lower.load;
  return lower.seen <= upper.seen ? lower.load : upper.load;
}

const atLimit = ({ loads, options, ceiling }: SearchState, end: 'low' | 'high'): boolean =>
  end === 'low' ? (loads[0]?.evidence.load ?? 0) <= options.low : (loads.at(-1)?.evidence.load ?? 0) >= ceiling;

function candidatesOf(state: SearchState): Candidate[] {
  const { grid, loads, options } = state;
  const { lower, upper } = boundsOf(loads, options.confidence);
  const from = (lower ?? (loads[0] as JudgedLoad)).evidence.load;
  const to = (upper ?? (loads.at(-1) as JudgedLoad)).evidence.load;
  return grid.between(from, to).map((load) => candidate(state, load));
}

function candidate(state: SearchState, load: number): Candidate {
  const { loads, curve, options } = state;
  const at = loads.find(({ evidence }) => evidence.load === load);
  const above = loads.find(({ evidence }) => evidence.load >= load);
  const below = loads.findLast(({ evidence }) => evidence.load <= load);
  const needed = decisive(options.confidence);
  const misses = curve.misses(load);
  const rates = options.shares.map((share, j) => {
    const allowed = 1 - share;
    const expected = misses[j] as number;
    return { below: expected < allowed, information: divergence(expected, allowed) / pooledEffect(state, j) };
  });
  const passRate = Math.min(...rates.map((each) => (each.below ? each.information : 0)));
  const failRate = Math.max(...rates.map((each) => (each.below ? 0 : each.information)));
  return {
    load,
    seen: at?.evidence.requests ?? 0,
    toPass: requestsFor(needed - Math.min(needed, above?.pass ?? 0), passRate),
    toFail: requestsFor(needed - Math.min(needed, below?.fail ?? 0), failRate),
  };
}

/** Evidence is worth a little more than its rate says: the mixture has to find out what to bet on. */
const learning = 1;

const requestsFor = (evidence: number, perRequest: number): number =>
  evidence <= 0 ? 0 : (evidence + learning) / Math.max(perRequest, 1e-9);

/** Kullback–Leibler divergence of two Bernoulli distributions. */
const divergence = (p: number, q: number): number =>
  (p > 0 ? p * Math.log(p / q) : 0) + (p < 1 ? (1 - p) * Math.log((1 - p) / (1 - q)) : 0);

const pooledEffect = ({ loads, options }: SearchState, j: number): number => {
  const evidences = loads.map(({ evidence }) => evidence);
  const nearest = evidences[0];
  return nearest ? effectAt(evidences, nearest, j, 1 - (options.shares[j] as number)) : 1;
};
