import { bindingOf, missingBound } from './capacity-binding.ts';
import {
  type Bounds,
  boundsOf,
  contradiction,
  decisive,
  irregularBounds,
  type JudgedLoad,
  judgeLoads,
} from './capacity-bounds.ts';
import { withinBudget } from './capacity-budget.ts';
import { type Choice, chooseNext, type SearchState } from './capacity-choice.ts';
import { type CapacityCurve, fitCurve } from './capacity-curve.ts';
import { LoadEvidence, loadEvidence } from './capacity-evidence.ts';
import { type CapacityOptions, defaultCapacityOptions, LoadGrid } from './capacity-options.ts';
import { addCosts, noCost, type Probe, type ProbeCost, type ProbeObservation } from './capacity-probe.ts';
import { type CapacityReason, type CapacityResult, triedLoad } from './capacity-result.ts';

export interface CapacityProgress {
  readonly load: number;
  readonly requests: number;
  readonly lower?: number;
  readonly upper?: number;
  readonly cost: ProbeCost;
}

export interface CapacityControl {
  readonly signal?: AbortSignal;
  /** Told before each observation what will be observed, and after it what is known. */
  readonly onProgress?: (progress: CapacityProgress) => void;
}

/**
 * The largest load that meets an objective, as an interval with a stated confidence. Loads are
 * observed in pieces; evidence of all loads counts (a larger load never passes where a smaller one
 * fails) and is valid at every moment, so the search may look, stop and choose as it likes.
 */
export async function searchCapacity(
  probe: Probe,
  given: Pick<CapacityOptions, 'shares'> & Partial<CapacityOptions>,
  control: CapacityControl = {},
): Promise<CapacityResult> {
  const search = new Search({ ...defaultCapacityOptions, ...given });
  for (;;) {
    const state = search.state();
    const reason = control.signal?.aborted ? 'interrupted' : search.ended(state);
    if (reason) return search.result(state, reason);
    const wanted = search.next(state);
    if (search.isBeyondClient(wanted.load)) return search.result(state, 'client-limit');
    const next = search.affordable(wanted);
    if (!next) return search.result(state, 'budget');
    control.onProgress?.({ ...next, ...search.known(state), cost: search.cost });
    search.add(next.load, await probe(next.load, next.requests), state);
  }
}

type State = SearchState & { readonly bounds: Bounds };

/** A load near the edge lies on one curve with those within this many tolerances of it. */
const nearness = 5;
/** A miss share goes from what is allowed to a half within this relative span of load, or to many times that: a cliff. */
const cliffSpan = 0.1;
const cliffMisses = 5;

class Search {
  readonly #options: CapacityOptions;
  readonly #grid: LoadGrid;
  readonly #loads: LoadEvidence[] = [];
  #cost = noCost;
  /** Looks that the client spoiled, by load, and why the first of them. */
  readonly #spoiled = new Map<number, { looks: number; readonly reason: string }>();
  #stopped: CapacityReason | undefined;

  constructor(options: CapacityOptions) {
    this.#options = options;
    this.#grid = new LoadGrid(options);
  }

  get cost(): ProbeCost {
    return this.#cost;
  }

  state(): State {
    const { shares, confidence, tolerance } = this.#options;
    const own = this.#loads.map((load) => loadEvidence(this.#loads, load, shares));
    const loads = judgeLoads(this.#loads, own);
    const curve: CapacityCurve =
      this.#loads.length === 0 ? unknownCurve : fitCurve(this.#loads, shares, nearness * Math.log1p(tolerance));
    return {
      options: this.#options,
      grid: this.#grid,
      loads,
      curve,
      ceiling: this.#ceiling(),
      bounds: boundsOf(loads, confidence),
    };
  }

  /** The highest load that may be tried: the limit given, or the last one below what the client can make. */
  #ceiling(): number {
    const { high, low } = this.#options;
    const client = this.#client?.load;
    if (client === undefined) return high;
    const below = this.#grid.between(Math.min(low, client), client).filter((load) => load < client);
    const made = this.#loads.map(({ load }) => load).filter((load) => !this.isBeyondClient(load));
    return Math.max(...below, ...made, 0);
  }

  /** The lowest load that the client could not make. */
  get #client(): { load: number; reason: string } | undefined {
    const load = Math.min(...this.#spoiled.keys());
    const spoiled = this.#spoiled.get(load);
    return spoiled && { load, reason: spoiled.reason };
  }

  /** A load of which the client has spoiled more looks than it has made, which looking again would not change. */
  isBeyondClient(load: number): boolean {
    return (this.#spoiled.get(load)?.looks ?? 0) > (this.#evidenceAt(load)?.observations.length ?? 0);
  }

  ended(state: State): CapacityReason | undefined {
    const { options, grid, loads, bounds, ceiling } = state;
    const { lower, upper } = bounds;
    if (this.#stopped) return this.#stopped;
    const clash = contradiction(loads, options.confidence);
    if (clash?.failing.evidence.retested && clash.passing.evidence.retested) return 'irregular';
    if (lower && upper && !clash && grid.closeEnough(lower.evidence.load, upper.evidence.load)) return 'found';
    if (lower && lower.evidence.load >= ceiling) return this.#client ? 'client-limit' : 'high-limit';
    if (this.#client && ceiling < options.low) return 'client-limit';
    if (upper && upper.evidence.load <= options.low) return 'nothing-passes';
    return undefined;
  }

  /** The look, or a smaller one, that what is left of the budget pays for; undefined if none is worth it. */
  affordable(choice: Choice): Choice | undefined {
    return withinBudget(choice, { loads: this.#loads, spent: this.#cost, options: this.#options });
  }

  /** Two loads that contradict each other are first looked at again, each as long as before. */
  next(state: State): Choice {
    const clash = contradiction(state.loads, this.#options.confidence);
    const again = clash && [clash.failing, clash.passing].find(({ evidence }) => !evidence.retested);
    if (!again) return chooseNext(state);
    again.evidence.retested = true;
    return { load: again.evidence.load, requests: Math.max(this.#options.firstRequests, again.evidence.requests) };
  }

  add(load: number, observation: ProbeObservation, state: State): void {
    this.#cost = addCosts(this.#cost, observation.cost);
    const { limit } = observation;
    if (limit?.kind === 'cut') this.#stopped = 'interrupted';
    if (limit?.kind === 'target') this.#stopped = 'target-failed';
    if (limit?.kind === 'client') this.#spoil(load, limit.reason);
    if (limit) return;
    this.#at(load, state).add(observation);
  }

  #spoil(load: number, reason: string): void {
    const spoiled = this.#spoiled.get(load) ?? { looks: 0, reason };
    spoiled.looks++;
    this.#spoiled.set(load, spoiled);
  }

  #evidenceAt(load: number): LoadEvidence | undefined {
    return this.#loads.find((each) => each.load === load);
  }

  #at(load: number, { curve }: State): LoadEvidence {
    const known = this.#evidenceAt(load);
    if (known) return known;
    const fresh = new LoadEvidence(load, curve.survival(load));
    this.#loads.push(fresh);
    this.#loads.sort((a, b) => a.load - b.load);
    return fresh;
  }

  known({ bounds: { lower, upper } }: State): { lower?: number; upper?: number } {
    return { ...(lower && { lower: lower.evidence.load }), ...(upper && { upper: upper.evidence.load }) };
  }

  result(state: State, reason: CapacityReason): CapacityResult {
    const { loads, curve, options } = state;
    const needed = decisive(options.confidence);
    const clash = contradiction(loads, options.confidence);
    const bounds = clash
      ? this.known({ ...state, bounds: irregularBounds(loads, options.confidence) })
      : this.known(state);
    const tried = loads.map((load) => triedLoad(load, needed));
    const binding = bindingOf(tried, options.shares);
    return {
      reason,
      confidence: options.confidence,
      ...bounds,
      ...(loads.length > 0 && estimateWithin(curve.capacity, bounds)),
      ...(binding !== undefined && { binding, ...edgeFound(curve, options.shares, state.bounds) }),
      ...(clash && { irregular: clashText(clash) }),
      ...missingBound({ ...bounds, reason, tried }),
      ...(this.#client && { client: this.#client }),
      tried,
      cost: this.#cost,
    };
  }
}

const unknownCurve: CapacityCurve = {
  capacity: Number.NaN,
  binding: 0,
  steepness: 1,
  survival: () => 0.5,
  quantile: () => Number.NaN,
  misses: () => [],
};

function estimateWithin(
  capacity: number,
  { lower = 0, upper = Number.POSITIVE_INFINITY }: { lower?: number; upper?: number },
): { estimate: number } | object {
  const estimate = Math.min(upper, Math.max(lower, capacity));
  return upper < Number.POSITIVE_INFINITY && lower > 0 ? { estimate } : {};
}

/** Where nothing passes there is no edge to speak of. */
const edgeFound = (curve: CapacityCurve, shares: readonly number[], bounds: Bounds): Pick<CapacityResult, 'edge'> =>
  bounds.lower ? { edge: edgeOf(curve, shares, bounds) } : {};

/** By the curve, or by a failing load right above a passing one that misses many times what is allowed. */
function edgeOf(curve: CapacityCurve, shares: readonly number[], { lower, upper }: Bounds): 'smooth' | 'cliff' {
  const { steepness, binding } = curve;
  const share = shares[binding] as number;
  if (Math.log(share / (1 - share)) / steepness < Math.log1p(cliffSpan)) return 'cliff';
  const { good = 0, missed = 0 } = upper?.evidence.counts[binding] ?? {};
  const adjacent = lower && upper && upper.evidence.load <= lower.evidence.load * (1 + cliffSpan);
  return adjacent && missed / (good + missed) > cliffMisses * (1 - share) ? 'cliff' : 'smooth';
}

const clashText = ({ failing, passing }: { failing: JudgedLoad; passing: JudgedLoad }): string =>
  `load ${failing.evidence.load} fails and the larger load ${passing.evidence.load} passes, also when looked at again`;
