import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withinBudget } from './capacity-budget.ts';
import { LoadEvidence } from './capacity-evidence.ts';
import { defaultCapacityOptions } from './capacity-options.ts';
import { noCost, type ProbeCost } from './capacity-probe.ts';

/** A load at which so many requests counted, and as many again filled and emptied the system. */
function tried(load: number, requests: number, seconds: number): LoadEvidence {
  const evidence = new LoadEvidence(load, 0.5);
  const none = new Float64Array(requests);
  const tally = { good: none.slice().fill(1), missed: none, unknown: none, strain: none };
  evidence.add({ tallies: [tally], backlog: 'steady', cost: { requests: 2 * requests, seconds, tokens: 0 } });
  return evidence;
}

const spendingOf = (budget: Partial<ProbeCost>, loads: readonly LoadEvidence[], whole = false) => ({
  loads,
  spent: loads.reduce((sum, { cost }) => ({ ...cost, seconds: sum.seconds + cost.seconds }), noCost),
  options: { ...defaultCapacityOptions, shares: [0.9], whole, firstRequests: 20, budget },
});

describe('a look within the budget', () => {
  it('is as large as was chosen where there is enough', () => {
    const choice = { load: 2, requests: 20 };
    expect(withinBudget(choice, spendingOf({}, [tried(2, 20, 20)]))).toEqual(choice);
    expect(withinBudget(choice, spendingOf({ seconds: 41 }, [tried(2, 20, 20)]))).toEqual(choice);
  });

  it('is smaller where less is left, and none where it would be too small', () => {
    const smaller = withinBudget({ load: 2, requests: 20 }, spendingOf({ seconds: 36 }, [tried(2, 20, 20)]));
    expect(smaller).toEqual({ load: 2, requests: 12 });
    expect(withinBudget({ load: 2, requests: 20 }, spendingOf({ seconds: 31 }, [tried(2, 20, 20)]))).toBeUndefined();
  });

  it('takes arrivals to be as fast as the load says, and more users to be served no faster', () => {
    const half = { load: 1, requests: 20 };
    expect(withinBudget(half, spendingOf({ seconds: 60 }, [tried(2, 20, 20)]))).toEqual(half);
    expect(withinBudget(half, spendingOf({ seconds: 50 }, [tried(2, 20, 20)]))).toMatchObject({ requests: 10 });
    const more = { load: 4, requests: 20 };
    expect(withinBudget(more, spendingOf({ seconds: 31 }, [tried(2, 20, 20)]))).toEqual(more);
    expect(withinBudget(more, spendingOf({ seconds: 31 }, [tried(2, 20, 20)], true))).toBeUndefined();
  });

  it('is made first whatever it costs, but not larger than the budget', () => {
    const first = { load: 1, requests: 100 };
    expect(withinBudget(first, spendingOf({ seconds: 60 }, []))).toEqual({ load: 1, requests: 30 });
    expect(withinBudget(first, spendingOf({ requests: 1 }, []))).toEqual({ load: 1, requests: 1 });
    expect(withinBudget(first, spendingOf({ tokens: 5 }, []))).toEqual(first);
  });

  it('never costs more than is left, if it costs what the one before did', () => {
    const some = fc.integer({ min: 1, max: 1000 });
    fc.assert(
      fc.property(some, some, some, (seconds, wanted, before) => {
        const one = tried(2, before, before);
        const look = withinBudget({ load: 2, requests: wanted }, spendingOf({ seconds }, [one]));
        if (!look) return;
        expect(look.requests).toBeLessThanOrEqual(wanted);
        expect((look.requests + before) / 2).toBeLessThanOrEqual(seconds - before);
      }),
    );
  });
});
