import type { Plan } from '../config/index.ts';
import { MetronError } from '../core/errors.ts';
import { seconds } from '../core/units.ts';
import { arrivals as arrivalProcesses } from '../workload/index.ts';

/** What a search turns: requests per second of an open loop, or users of a closed one. */
export type SearchMode = 'rate' | 'users';

/** The plan of one look at a load: as many requests, another seed, no limit but the search's own. */
export function planAt(plan: Plan, mode: SearchMode, load: number, requests: number, seed: number): Plan {
  const { maxErrorRate: _rate, maxTokens: _tokens, ...limits } = plan.limits;
  return {
    ...plan,
    seed,
    repeat: 1,
    limits,
    load: { ...(mode === 'rate' ? openLoad(plan, load) : closedLoad(plan, load)), requests },
  };
}

function openLoad({ load }: Plan, rate: number): Plan['load'] {
  const arrivals = load.arrivals ?? { kind: arrivalProcesses.kinds[0] ?? '', rate };
  if (!('rate' in arrivals)) {
    throw new MetronError('NO_RATE', `${arrivals.kind} arrivals have no rate to search for`, {
      hint: `choose arrivals with a rate, such as --arrivals ${arrivalProcesses.kinds[0]}, or --search users`,
    });
  }
  return { arrivals: { ...arrivals, rate } as NonNullable<Plan['load']['arrivals']> };
}

const closedLoad = ({ load }: Plan, users: number): Plan['load'] => ({
  closed: { think: load.closed?.think ?? seconds(0), rampSteps: load.closed?.rampSteps ?? 10, users },
});
