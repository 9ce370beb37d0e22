import { bindingOf, missingBound } from './capacity-binding.ts';
import { paysFor } from './capacity-budget.ts';
import { type CapacityOptions, defaultCapacityOptions, LoadGrid } from './capacity-options.ts';
import { addCosts, noCost, type Probe, type ProbeObservation } from './capacity-probe.ts';
import type { CapacityReason, CapacityResult, TriedLoad } from './capacity-result.ts';
import type { CapacityControl } from './capacity-search.ts';

/**
 * What the literature does: one run of a fixed number of requests per load, its share taken at its
 * word; loads double to a bracket, which is bisected. Nothing is known of how sure the result is.
 * Runs are never made smaller for a budget: one that it does not pay for ends the search.
 */
export async function bisectCapacity(
  probe: Probe,
  given: Pick<CapacityOptions, 'shares'> & Partial<CapacityOptions>,
  control: CapacityControl = {},
): Promise<CapacityResult> {
  const options: CapacityOptions = { ...defaultCapacityOptions, ...given };
  const grid = new LoadGrid(options);
  const tried: TriedLoad[] = [];
  let cost = noCost;
  let lower: number | undefined;
  let upper: number | undefined;
  let client: CapacityResult['client'];
  const finish = (reason: CapacityReason): CapacityResult => {
    const bounds = { ...(lower !== undefined && { lower }), ...(upper !== undefined && { upper }) };
    const ascending = [...tried].sort((a, b) => a.load - b.load);
    const binding = bindingOf(ascending, options.shares);
    return {
      reason,
      ...bounds,
      ...(lower !== undefined && upper !== undefined && { estimate: lower }),
      ...(binding !== undefined && { binding }),
      ...missingBound({ ...bounds, reason, tried: ascending }),
      ...(client && { client }),
      tried: ascending,
      cost,
    };
  };
  for (;;) {
    if (control.signal?.aborted) return finish('interrupted');
    const load = nextLoad({ lower, upper, client: client?.load, options, grid });
    if (typeof load === 'string') return finish(load);
    const choice = { load, requests: options.firstRequests };
    if (!paysFor(choice, { loads: tried, spent: cost, options })) return finish('budget');
    const known = { ...(lower !== undefined && { lower }), ...(upper !== undefined && { upper }) };
    control.onProgress?.({ ...choice, ...known, cost });
    const observation = await probe(choice.load, choice.requests);
    cost = addCosts(cost, observation.cost);
    if (observation.limit?.kind === 'cut') return finish('interrupted');
    if (observation.limit?.kind === 'target') return finish('target-failed');
    if (observation.limit) {
      client = { load, reason: observation.limit.reason };
      continue;
    }
    const judged = pointVerdict(load, observation, options.shares);
    tried.push(judged);
    if (judged.verdict === 'passes') lower = load;
    else upper = load;
  }
}

interface Place {
  readonly lower: number | undefined;
  readonly upper: number | undefined;
  readonly client: number | undefined;
  readonly options: CapacityOptions;
  readonly grid: LoadGrid;
}

function nextLoad({ lower, upper, client, options, grid }: Place): number | CapacityReason {
  const { start, low, high, whole } = options;
  const top = Math.min(upper ?? Number.POSITIVE_INFINITY, client ?? Number.POSITIVE_INFINITY);
  if (lower === undefined && upper === undefined && client === undefined) return grid.nearest(start);
  if (lower === undefined) {
    if (top <= low) return upper === undefined ? 'client-limit' : 'nothing-passes';
    return Math.max(low, whole ? Math.floor(top / 2) : grid.nearest(top / 2));
  }
  if (top === Number.POSITIVE_INFINITY) return lower >= high ? 'high-limit' : Math.min(high, lower * 2);
  if (grid.closeEnough(lower, top)) return top === upper ? 'found' : 'client-limit';
  const middle = (lower + top) / 2;
  return whole ? Math.round(middle) : Number(middle.toPrecision(5));
}

function pointVerdict(load: number, observation: ProbeObservation, shares: readonly number[]): TriedLoad {
  const sum = (column: Float64Array): number => column.reduce((a, b) => a + b, 0);
  const found = observation.tallies.map(({ good, missed }) => {
    const [passed, failed] = [sum(good), sum(missed)];
    return passed + failed === 0 ? undefined : passed / (passed + failed);
  });
  const passes = found.every((share, j) => share === undefined || share >= (shares[j] as number));
  return {
    load,
    requests: observation.tallies[0]?.good.length ?? 0,
    verdict: passes && observation.backlog !== 'growing' ? 'passes' : 'fails',
    shares: found,
    backlog: observation.backlog,
    observations: [observation],
    cost: observation.cost,
  };
}
