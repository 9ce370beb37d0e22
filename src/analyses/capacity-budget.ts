import type { Choice } from './capacity-choice.ts';
import { budgetSpent, type CapacityOptions } from './capacity-options.ts';
import { noCost, type ProbeCost } from './capacity-probe.ts';

/** What is known when it is asked what a further look may cost. */
export interface Spending {
  readonly loads: readonly PaidLoad[];
  readonly spent: ProbeCost;
  readonly options: CapacityOptions;
}

/** What all looks at a load took together. */
export interface PaidLoad {
  readonly load: number;
  /** Those that count, fewer than were sent. */
  readonly requests: number;
  readonly observations: readonly unknown[];
  readonly cost: ProbeCost;
}

/** A look of less than this part of a first one is not worth its way. */
const leastPart = 0.25;

/**
 * As many requests of a look as what is left of the budget pays for, going by the looks before it;
 * undefined where that is too few. A first look's cost is not known: it is taken to need as many
 * requests again to fill the system and to empty it.
 */
export function withinBudget(choice: Choice, spending: Spending): Choice | undefined {
  const { spent, options } = spending;
  const { budget, firstRequests } = options;
  if (budgetSpent(spent, budget)) return undefined;
  const { overhead } = expected(choice, spending);
  const sent = payable(choice, spending);
  if (spending.loads.length === 0) {
    return { ...choice, requests: Math.max(1, Math.min(choice.requests, Math.floor(sent / 2))) };
  }
  const requests = Math.min(choice.requests, Math.floor(sent - overhead));
  return requests < Math.min(choice.requests, leastPart * firstRequests) ? undefined : { ...choice, requests };
}

/** Whether the budget pays for a look of exactly so many requests, all of which count; a first one's answers cost nothing known. */
export const paysFor = (choice: Choice, spending: Spending): boolean =>
  !budgetSpent(spending.spent, spending.options.budget) && payable(choice, spending) >= choice.requests;

/** How many requests what is left of the budget pays for. */
function payable(choice: Choice, spending: Spending): number {
  const { spent, options } = spending;
  const { drain, perRequest } = expected(choice, spending);
  return Math.min(
    ...(['requests', 'seconds', 'tokens', 'money'] as const).map((of) => {
      const [limit, each] = [options.budget[of], perRequest[of] ?? 0];
      const fixed = of === 'seconds' ? drain : 0;
      return limit === undefined || each === 0 ? Number.POSITIVE_INFINITY : (limit - (spent[of] ?? 0) - fixed) / each;
    }),
  );
}

interface Expected {
  /** Requests a look sends besides those that count. */
  readonly overhead: number;
  /** Seconds from the last send to the last answer, however many are sent. */
  readonly drain: number;
  readonly perRequest: ProbeCost;
}

function expected({ load }: Choice, { loads, options: { whole } }: Spending): Expected {
  const nearest = [...loads].sort((a, b) => apart(a.load, load) - apart(b.load, load))[0];
  if (!nearest) {
    return { overhead: 0, drain: 0, perRequest: { ...noCost, requests: 1, seconds: whole ? 0 : 1 / load } };
  }
  const { cost, requests, observations } = nearest;
  const sent = Math.max(1, cost.requests);
  const looks = Math.max(1, observations.length);
  // Arrivals are as fast as the load says; more users are taken to be served no faster than fewer.
  const seconds = whole ? (cost.seconds / sent) * Math.max(1, nearest.load / load) : 1 / load;
  const perRequest = {
    requests: 1,
    seconds,
    tokens: cost.tokens / sent,
    ...(cost.money !== undefined && { money: cost.money / sent }),
  };
  return {
    overhead: Math.max(0, cost.requests - requests) / looks,
    drain: whole ? 0 : Math.max(0, cost.seconds - sent / nearest.load) / looks,
    perRequest,
  };
}

const apart = (a: number, b: number): number => Math.abs(Math.log(a / b));
