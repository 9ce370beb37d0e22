import { describe, expect, it } from 'vitest';
import { targets } from '../../test/stats/targets.ts';
import { backlogOf } from './capacity-backlog.ts';
import { contradiction, irregularBounds, judgeLoads } from './capacity-bounds.ts';
import { LoadEvidence, loadEvidence } from './capacity-evidence.ts';
import { bisectCapacity } from './capacity-point-search.ts';
import type { Probe, ProbeObservation } from './capacity-probe.ts';
import { searchCapacity } from './capacity-search.ts';
import { capacityFromLooks, rankingFlips } from './capacity-surface.ts';

/** Requests of which every `1/misses`-th misses. */
function seen(requests: number, misses: number, extra: Partial<ProbeObservation> = {}): ProbeObservation {
  const missed = new Float64Array(requests).map((_, i) =>
    Math.floor((i + 1) * misses) > Math.floor(i * misses) ? 1 : 0,
  );
  const good = missed.map((value) => 1 - value);
  const unknown = new Float64Array(requests);
  return {
    tallies: [{ good, missed, unknown, strain: unknown.slice().fill(Number.NaN) }],
    backlog: 'steady',
    cost: { requests, seconds: requests, tokens: 10 * requests },
    ...extra,
  };
}

/** Passes up to an edge and fails beyond it. */
const edge =
  (capacity: number): Probe =>
  async (load, requests) =>
    seen(requests, load <= capacity ? 0.001 : 0.2);

const shares = [0.99];

describe('capacity with a known answer', () => {
  it('encloses an edge within the tolerance', async () => {
    const result = await searchCapacity(edge(7.3), { shares });
    expect(result.reason).toBe('found');
    expect(result.lower!).toBeLessThanOrEqual(7.3);
    expect(result.upper!).toBeGreaterThan(7.3);
    expect(result.upper! / result.lower!).toBeLessThan(1.0501);
    expect(result.estimate!).toBeGreaterThanOrEqual(result.lower!);
    expect(result.estimate!).toBeLessThanOrEqual(result.upper!);
    expect(result.edge).toBe('cliff');
    expect(result.binding).toBe(0);
    expect(result.irregular).toBeUndefined();
    expect(result.cost.requests).toBe(result.tried.reduce((sum, { cost }) => sum + cost.requests, 0));
  });

  it('goes below its first load when that fails', async () => {
    const result = await searchCapacity(edge(0.11), { shares });
    expect(result.reason).toBe('found');
    expect(result.lower!).toBeLessThanOrEqual(0.11);
  });

  it('searches whole users', async () => {
    const result = await searchCapacity(edge(6), { shares, whole: true, low: 1 });
    expect([result.lower, result.upper]).toEqual([6, 7]);
  });

  it('ends where everything passes, and where nothing does', async () => {
    const all = await searchCapacity(edge(1000), { shares, high: 20 });
    expect([all.reason, all.lower, all.upper]).toEqual(['high-limit', 20, undefined]);
    expect(all.missingBound).toMatch(/no relevant upper bound/);
    expect([all.irregular, all.binding]).toEqual([undefined, undefined]);
    const none = await searchCapacity(edge(0.001), { shares, low: 0.5 });
    expect([none.reason, none.lower, none.upper]).toEqual(['nothing-passes', undefined, 0.5]);
    expect(none.missingBound).toMatch(/no relevant lower bound/);
    expect(none.irregular).toBeUndefined();
  });

  it('ends with a budget, and with the user', async () => {
    const spent = await searchCapacity(edge(7.3), { shares, budget: { requests: 900 } });
    expect(spent.reason).toBe('budget');
    expect(spent.cost.requests).toBeLessThanOrEqual(900);
    expect(spent.missingBound).toBeDefined();
    const aborted = new AbortController();
    aborted.abort();
    const stopped = await searchCapacity(edge(7.3), { shares }, { signal: aborted.signal });
    expect([stopped.reason, stopped.tried]).toEqual(['interrupted', []]);
  });

  it('never takes a cut-off look, or one in which the client was the limit, for a bound', async () => {
    const clientAt =
      (limit: number): Probe =>
      async (load, requests) =>
        load >= limit
          ? seen(requests, 1, { limit: { kind: 'client', reason: 'reading loop busy' } })
          : seen(requests, 0.001);
    const client = await searchCapacity(clientAt(40), { shares });
    expect(client.reason).toBe('client-limit');
    expect(client.upper).toBeUndefined();
    expect(client.lower!).toBeGreaterThan(30);
    expect(client.client!.reason).toBe('reading loop busy');
    expect(client.tried.every(({ load }) => load < 40)).toBe(true);

    const cut = await searchCapacity(
      async (_, requests) => seen(requests, 1, { limit: { kind: 'cut', reason: 'user' } }),
      { shares },
    );
    expect([cut.reason, cut.upper, cut.lower]).toEqual(['interrupted', undefined, undefined]);
    const gone = await searchCapacity(
      async (_, requests) => seen(requests, 1, { limit: { kind: 'target', reason: 'no answer' } }),
      { shares },
    );
    expect(gone.reason).toBe('target-failed');
  });

  it('goes below a first load that the client cannot make', async () => {
    const looked: number[] = [];
    const probe: Probe = async (load, requests) => {
      looked.push(load);
      return load >= 3
        ? seen(requests, 1, { limit: { kind: 'client', reason: 'left late' } })
        : seen(requests, load <= 1.5 ? 0.001 : 0.2);
    };
    const result = await searchCapacity(probe, { shares, start: 16 });
    const [first, second = 0, third = 0] = looked;
    expect([first, second / 8, third / 4]).toEqual([16, expect.closeTo(1, 1), expect.closeTo(1, 1)]);
    expect([result.reason, result.client?.reason]).toEqual(['found', 'left late']);
    expect(result.lower).toBeLessThanOrEqual(1.5);
    const never = await searchCapacity(probe, { shares, start: 16, low: 16 });
    expect([never.reason, never.tried]).toEqual(['client-limit', []]);
  });

  // A client at its limit makes a load now and then.
  it.each([
    ['passes', 0.001, 'steady'],
    ['fails', 0.02, 'steady'],
    ['has a backlog that grows', 0.001, 'growing'],
  ] as const)('ends where a load that %s is spoiled whenever it is looked at again', async (_, misses, backlog) => {
    const looked = new Map<number, number>();
    const result = await searchCapacity(
      async (load, requests) => {
        looked.set(load, (looked.get(load) ?? 0) + 1);
        return load > 10 || (load > 5 && looked.get(load) !== 1)
          ? seen(requests, 1, { limit: { kind: 'client', reason: 'left late' } })
          : seen(requests, misses, { backlog: load > 5 ? backlog : 'steady' });
      },
      { shares, start: 8, low: 6 },
    );
    expect(result.reason).toBe('client-limit');
    expect(Math.max(...looked.values())).toBeLessThanOrEqual(3);
  });

  it('says so where a larger load passes and a smaller one fails, in the words of RFC 9971', () => {
    const loads = (
      [
        [1, 0.0001],
        [2, 0.2],
        [3, 0.0001],
        [4, 0.2],
      ] as const
    ).map(([load, misses]) => {
      const evidence = new LoadEvidence(load, 0.5);
      evidence.add(seen(3000, misses));
      return evidence;
    });
    const judged = judgeLoads(
      loads,
      loads.map((load) => loadEvidence(loads, load, shares)),
    );
    const clash = contradiction(judged, 0.95)!;
    expect([clash.failing.evidence.load, clash.passing.evidence.load]).toEqual([2, 3]);
    const { lower, upper } = irregularBounds(judged, 0.95);
    expect([lower!.evidence.load, upper!.evidence.load]).toEqual([1, 2]);
  });

  it('calls a growing backlog a failure though no request has missed yet', async () => {
    const result = await searchCapacity(
      async (load, requests) => seen(requests, 0.0005, load > 9 ? { backlog: 'growing' } : {}),
      { shares },
    );
    expect(result.reason).toBe('found');
    expect(result.upper!).toBeGreaterThan(9);
    expect(result.lower!).toBeLessThanOrEqual(9);
  });

  it('fails a load on any condition, and names the one that fails first', async () => {
    const two: Probe = async (load, requests) => {
      const [first] = seen(requests, load <= 8 ? 0.001 : 0.3).tallies;
      const [second] = seen(requests, load <= 3 ? 0.001 : 0.3).tallies;
      return { ...seen(requests, 0), tallies: [first!, second!] };
    };
    const result = await searchCapacity(two, { shares: [0.99, 0.95] });
    expect(result.lower!).toBeLessThanOrEqual(3);
    expect(result.upper!).toBeGreaterThan(3);
    expect(result.binding).toBe(1);
  });

  it('covers closed-form truths (a seeded few of `npm run test:stats`)', { timeout: 60_000 }, async () => {
    let covered = 0;
    let trials = 0;
    for (const target of targets.slice(1, 4)) {
      for (let seed = 0; seed < 3; seed++, trials++) {
        const { probe, capacity } = target.draw(seed);
        const { lower = 0, upper = Number.POSITIVE_INFINITY } = await searchCapacity(probe, {
          shares: [target.share],
          tolerance: 0.1,
        });
        if (lower <= capacity && capacity <= upper) covered++;
      }
    }
    expect(covered).toBeGreaterThanOrEqual(trials - 1);
  });
});

describe('as the literature does it', () => {
  it('bisects by single runs and claims no confidence', async () => {
    const result = await bisectCapacity(edge(7.3), { shares, firstRequests: 300 });
    expect(result.reason).toBe('found');
    expect(result.confidence).toBeUndefined();
    expect(result.lower!).toBeLessThanOrEqual(7.3);
    expect(result.upper!).toBeGreaterThan(7.3);
    expect(result.tried.every(({ requests }) => requests === 300)).toBe(true);
    expect((await bisectCapacity(edge(0.001), { shares })).reason).toBe('nothing-passes');
  });

  it('begins no run that the budget does not pay for, however long a run of so many must be', async () => {
    const open: Probe = async (load, requests) => {
      const cost = { requests, seconds: requests / load + 5, tokens: 0 };
      return seen(requests, load <= 7.3 ? 0.001 : 0.2, { cost });
    };
    for (const seconds of [100, 299, 310, 500, 800, 1000]) {
      const { reason, cost } = await bisectCapacity(open, { shares, firstRequests: 300, budget: { seconds } });
      expect(reason).toBe(seconds < 700 ? 'budget' : 'found');
      expect(cost.seconds).toBeLessThanOrEqual(Math.max(seconds, 305));
    }
    const none = await bisectCapacity(open, { shares, firstRequests: 300, budget: { seconds: 299 } });
    expect(none.tried).toEqual([]);
  });
});

describe('a backlog', () => {
  const stays = (slowdown: number) => Array.from({ length: 600 }, (_, i) => ({ from: i, to: i * slowdown + 20 }));
  it('grows where less goes out than comes in', () => {
    expect(backlogOf(stays(1.5), 20, 600)).toBe('growing');
    expect(backlogOf(stays(1), 20, 600)).toBe('steady');
  });
  it('of a few answers, or of a system still filling, is never said to grow', () => {
    expect(backlogOf(stays(1.5).slice(0, 20), 0, 20)).toBe('steady');
    expect(
      backlogOf(
        Array.from({ length: 100 }, (_, i) => ({ from: i, to: i + 500 })),
        0,
        100,
      ),
    ).not.toBe('growing');
  });
});

describe('other objectives from stored looks', () => {
  it('find the crossing between what passes and what fails', () => {
    const looks = [1, 2, 4, 8].map((load) => ({ load, observation: seen(2000, load <= 2 ? 0.001 : 0.2) }));
    const { lower, upper, estimate } = capacityFromLooks(looks, shares, { confidence: 0.95, nearness: 0.5 });
    expect([lower, upper]).toEqual([2, 4]);
    expect(estimate!).toBeGreaterThanOrEqual(2);
    expect(estimate!).toBeLessThanOrEqual(4);
    expect(capacityFromLooks(looks.slice(0, 2), shares, { confidence: 0.95, nearness: 0.5 })).toEqual({
      lower: 2,
    });
  });
  it('name the cells in which two systems change places', () => {
    const cell = (decodeDeadline_ms: number, estimate: number) => ({ decodeDeadline_ms, firstToken_ms: 300, estimate });
    const flips = rankingFlips(
      new Map([
        ['a', [cell(25, 1), cell(50, 3)]],
        ['b', [cell(25, 2), cell(50, 2)]],
      ]),
    );
    expect(flips).toEqual([{ decodeDeadline_ms: 50, firstToken_ms: 300, ahead: 'a', behind: 'b' }]);
  });
});
