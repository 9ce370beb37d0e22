import { boundsOf, decisive, type JudgedLoad, stakeOn } from './capacity-bounds.ts';
import type { CapacityCurve } from './capacity-curve.ts';
import { effectAt, type LoadEvidence } from './capacity-evidence.ts';
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

/** The capacity lies between where this and one less this share of belief is left; wider than the tolerance, that is halved. */
const inner = 0.85;

/** First a bracket by doubling, then its middle, then the two loads that can be decided for the least requests. */
export function chooseNext(state: SearchState): Choice {
  const { options, grid, loads, curve, ceiling } = state;
  const first = loads[0];
  const last = loads.at(-1);
  if (!first || !last) return { load: firstLoad(state), requests: options.firstRequests };
  const grew = loads.find(({ evidence }) => grewOnce(evidence));
  if (grew) return look(state, grew.evidence.load);
  const up = curve.survival(last.evidence.load);
  const down = 1 - curve.survival(first.evidence.load);
  if (up > 0.5 && last.evidence.load < ceiling) {
    const settled = up > ratherLikely || last.evidence.requests >= doubtfulLooks * options.firstRequests;
    return look(state, settled ? above(state, last.evidence.load) : last.evidence.load);
  }
  if (down > 0.5 && first.evidence.load > options.low) {
    const settled = down > ratherLikely || first.evidence.requests >= doubtfulLooks * options.firstRequests;
    const half = Math.min(grid.nearest(first.evidence.load / 2), first.evidence.load - (options.whole ? 1 : 0));
    return settled ? look(state, Math.max(options.low, half)) : look(state, first.evidence.load);
  }
  const middle = middleLoad(state);
  return middle === undefined ? cheapest(state) : look(state, middle);
}

/** Where the search starts; half of what the client could not make. */
const firstLoad = ({ options, grid, ceiling }: SearchState): number =>
  grid.nearest(ceiling < options.start ? ceiling / 2 : options.start);

/** Twice the load; half way up to what the client could not make. */
function above({ options, grid, ceiling }: SearchState, load: number): number {
  if (load * 2 <= ceiling || ceiling === options.high) return Math.min(ceiling, grid.nearest(load * 2));
  const half = grid.nearest(Math.sqrt(load * ceiling));
  return half > load && half < ceiling ? half : ceiling;
}

/** One look does not tell a backlog that grows without bound: a second one follows at once. */
const grewOnce = ({ observations }: LoadEvidence): boolean =>
  observations.length === 1 && observations[0]?.backlog === 'growing';

/** The load at the middle of what is believed of the capacity, while that is wide. */
function middleLoad({ grid, loads, curve, options, ceiling }: SearchState): number | undefined {
  if (grid.closeEnough(curve.quantile(inner), curve.quantile(1 - inner))) return undefined;
  const { lower, upper } = boundsOf(loads, options.confidence);
  const middle = grid.nearest(curve.capacity);
  const open = middle > (lower?.evidence.load ?? 0) && middle < (upper?.evidence.load ?? Number.POSITIVE_INFINITY);
  return open && middle <= ceiling ? middle : undefined;
}

/** A load grows by at least this part of what its growth asks for, lest the last step take forever. */
const leastGrowth = 0.2;

/** As many requests as the load's growth asks for, and no more than are likely to decide it. */
function look({ options, loads }: SearchState, load: number, enough = Number.POSITIVE_INFINITY): Choice {
  const seen = loads.find(({ evidence }) => evidence.load === load)?.evidence.requests ?? 0;
  const growth = options.growth * seen;
  const wanted = Math.max(leastGrowth * growth, Math.min(growth, enough));
  return { load, requests: Math.max(options.firstRequests, Math.ceil(wanted)) };
}

interface Candidate {
  readonly load: number;
  /** Requests that would show that it passes, and that it fails, by the curve; 0 once shown. */
  readonly toPass: number;
  readonly toFail: number;
  readonly seen: number;
}

interface Step {
  readonly cost: number;
  readonly load: number;
  /** Requests likely to decide this load. */
  readonly enough: number;
}

/** Of all pairs of loads close enough together, the one that takes the fewest requests to enclose the capacity. */
function cheapest(state: SearchState): Choice {
  const { grid } = state;
  const candidates = candidatesOf(state);
  let best: Step | undefined;
  for (const [i, lower] of candidates.entries()) {
    for (let j = i + 1; j < candidates.length; j++) {
      const upper = candidates[j] as Candidate;
      if (!grid.closeEnough(lower.load, upper.load)) break;
      const cost = lower.toPass + upper.toFail;
      if (!best || cost < best.cost) best = { cost, ...openOne(lower, upper) };
    }
  }
  const [floor, roof] = [candidates[0], candidates.at(-1)];
  if (atLimit(state, 'low') && floor && (!best || floor.toFail < best.cost)) {
    best = { cost: floor.toFail, load: floor.load, enough: floor.toFail };
  }
  if (atLimit(state, 'high') && roof && (!best || roof.toPass < best.cost)) {
    best = { cost: roof.toPass, load: roof.load, enough: roof.toPass };
  }
  if (best) return look(state, best.load, best.enough);
  return look(state, (candidates[Math.floor(candidates.length / 2)] as Candidate).load);
}

/** Whichever of a pair is not yet shown and has been looked at less. */
function openOne(lower: Candidate, upper: Candidate): Omit<Step, 'cost'> {
  const first = upper.toFail === 0 || (lower.toPass > 0 && lower.seen <= upper.seen);
  return first ? { load: lower.load, enough: lower.toPass } : { load: upper.load, enough: upper.toFail };
}

const atLimit = ({ loads, options, ceiling }: SearchState, end: 'low' | 'high'): boolean =>
  end === 'low' ? (loads[0]?.evidence.load ?? 0) <= options.low : (loads.at(-1)?.evidence.load ?? 0) >= ceiling;

function candidatesOf(state: SearchState): Candidate[] {
  const { grid, loads, options } = state;
  const { lower, upper } = boundsOf(loads, options.confidence);
  const from = (lower ?? (loads[0] as JudgedLoad)).evidence.load;
  const to = (upper ?? (loads.at(-1) as JudgedLoad)).evidence.load;
  const effects = options.shares.map((_, j) => pooledEffect(state, j));
  return grid.between(from, to).map((load) => candidate(state, load, effects));
}

function candidate(state: SearchState, load: number, effects: readonly number[]): Candidate {
  const { loads, curve, options } = state;
  const at = loads.find(({ evidence }) => evidence.load === load);
  const needed = decisive(options.confidence);
  const misses = curve.misses(load);
  const rates = options.shares.map((share, j) => {
    const allowed = 1 - share;
    const expected = misses[j] as number;
    return { below: expected < allowed, information: divergence(expected, allowed) / (effects[j] as number) };
  });
  const passRate = Math.min(...rates.map((each) => (each.below ? each.information : 0)));
  const failRate = Math.max(...rates.map((each) => (each.below ? 0 : each.information)));
  const belief = at?.evidence.stake ?? curve.survival(load);
  const others = {
    pass: loads.find(({ evidence }) => evidence.load > load)?.pass ?? 0,
    fail: loads.findLast(({ evidence }) => evidence.load < load)?.fail ?? 0,
  };
  const shown = { pass: at?.pass ?? others.pass, fail: at?.fail ?? others.fail };
  const passes = needed - others.pass - Math.log(stakeOn(belief)) - (at?.own.pass ?? 0);
  const fails = needed - others.fail - Math.log(stakeOn(1 - belief)) - (at?.own.fail ?? 0);
  return {
    load,
    seen: at?.evidence.requests ?? 0,
    toPass: shown.pass >= needed ? 0 : requestsFor(passes, passRate, at !== undefined),
    toFail: shown.fail >= needed ? 0 : requestsFor(fails, failRate, at !== undefined),
  };
}

/** A fresh load's mixture has to find out what to bet on; even one known for long wins a little less than its rate. */
const learning = { fresh: 1.5, known: 0.3 };

const requestsFor = (evidence: number, perRequest: number, known: boolean): number =>
  (Math.max(0, evidence) + (known ? learning.known : learning.fresh)) / Math.max(perRequest, 1e-9);

/** Kullback–Leibler divergence of two Bernoulli distributions. */
const divergence = (p: number, q: number): number =>
  (p > 0 ? p * Math.log(p / q) : 0) + (p < 1 ? (1 - p) * Math.log((1 - p) / (1 - q)) : 0);

const pooledEffect = ({ loads, options }: SearchState, j: number): number => {
  const evidences = loads.map(({ evidence }) => evidence);
  const nearest = evidences[0];
  return nearest ? effectAt(evidences, nearest, j, 1 - (options.shares[j] as number)) : 1;
};
