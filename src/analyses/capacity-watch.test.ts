import { describe, expect, it } from 'vitest';
import type { Tally } from '../slo/index.ts';
import { bindingOf, missingBound } from './capacity-binding.ts';
import { noCost, type ProbeObservation } from './capacity-probe.ts';
import type { TriedLoad } from './capacity-result.ts';
import { searchCapacity } from './capacity-search.ts';
import { CapacityWatch } from './capacity-watch.ts';

/** Requests of which the first are alone in the system; each is good or misses, or says nothing. */
function looked(units: readonly ('good' | 'missed' | 'none')[], alone: number): ProbeObservation {
  const column = (kind: string): Float64Array => Float64Array.from(units, (unit) => (unit === kind ? 1 : 0));
  const nothing = new Float64Array(units.length);
  const tally: Tally = { good: column('good'), missed: column('missed'), unknown: nothing, strain: nothing };
  return {
    tallies: [tally],
    backlog: 'steady',
    alone: Uint8Array.from(units, (_, i) => (i < alone ? 1 : 0)),
    cost: { ...noCost, requests: units.length },
  };
}

const many = <T>(n: number, value: T): T[] => Array.from({ length: n }, () => value);
const objective = { conditions: [{ text: 'ttft_p90<=1s', share: 0.9 }], confidence: 0.95 };

async function watched(observation: ProbeObservation): Promise<CapacityWatch> {
  const watch = new CapacityWatch(objective);
  await watch.probe(async () => observation)(1, 100);
  return watch;
}

describe('a search is watched', () => {
  it('and ends where requests that met an idle target miss too often', async () => {
    expect((await watched(looked(many(100, 'missed'), 60))).signal.aborted).toBe(true);
  });

  it.each([
    ['only those in company miss', looked([...many(60, 'good' as const), ...many(40, 'missed' as const)], 60)],
    ['too few were alone to be sure', looked(many(100, 'missed'), 12)],
    ['all is well', looked(many(100, 'good'), 100)],
  ])('and goes on where %s', async (_, observation) => {
    expect((await watched(observation)).signal.aborted).toBe(false);
  });

  it('so that a search in which nothing passes takes one look', async () => {
    const watch = new CapacityWatch(objective);
    let looks = 0;
    const probe = watch.probe(async (_, requests) => {
      looks++;
      return looked(many(requests, 'missed'), requests);
    });
    const result = await searchCapacity(probe, { shares: [0.9] }, { signal: watch.signal });
    expect([looks, result.upper, result.lower]).toEqual([1, 1, undefined]);
    const ended = watch.ended(result);
    expect(ended.reason).toBe('nothing-passes');
    expect(ended.missingBound).toMatch(/no relevant lower bound: .* idle/);
  });

  it('and refuses a condition that no answer says anything about', async () => {
    await expect(watched(looked(many(50, 'none'), 50))).rejects.toMatchObject({ code: 'SLO_UNJUDGED', exitCode: 2 });
  });

  it('and the bounds found before the target was lost stand', async () => {
    const watch = new CapacityWatch(objective);
    const limit = { kind: 'target', reason: 'nobody listened' } as const;
    const probe = watch.probe(async (load, requests) => {
      const outcome = load <= 8 ? 'good' : 'missed';
      return { ...looked(many(requests, outcome), 0), ...(load > 8.5 && load < 15 && { limit }) };
    });
    const result = await searchCapacity(probe, { shares: [0.9] }, { signal: watch.signal });
    expect(result.reason).toBe('target-failed');
    expect(result.lower).toBe(8);
    expect(result.upper).toBe(16);
    expect(watch.lost?.load).toBeGreaterThan(8.5);
    expect(result.tried.map(({ load }) => load)).not.toContain(watch.lost?.load);
  });

  it('and keeps in which look the target was lost', async () => {
    const limit = { kind: 'target', reason: 'nobody listened' } as const;
    const watch = await watched({ ...looked(many(50, 'none'), 50), limit, run: 'probes/x' });
    expect(watch.lost).toEqual({ load: 1, reason: 'nobody listened', run: 'probes/x' });
  });
});

const tried = (load: number, verdict: TriedLoad['verdict'], ...shares: number[]): TriedLoad => ({
  load,
  requests: 100,
  verdict,
  shares,
  backlog: 'steady',
  observations: [],
  cost: noCost,
});

describe('the binding condition', () => {
  it('is one that the lowest failing load does not meet, by how far it exceeds what is allowed', () => {
    const loads = [
      tried(1, 'passes', 1, 0.985),
      tried(2, 'undecided', 0.98, 1),
      tried(3, 'fails', 0.97, 0.85),
      tried(4, 'fails', 0, 0.8),
    ];
    expect(bindingOf(loads, [0.99, 0.9])).toBe(0);
    expect(bindingOf(loads, [0.9, 0.9])).toBe(1);
  });

  it('is never one that was met, whatever else fails', () => {
    expect(bindingOf([tried(1, 'fails', 0.995, 1)], [0.99, 0.9])).toBeUndefined();
    expect(bindingOf([tried(1, 'passes', 0.5, 1), tried(2, 'undecided', 0.5, 1)], [0.99, 0.9])).toBeUndefined();
  });
});

describe('a bound that does not exist', () => {
  it.each([
    [{ lower: 1, upper: 2, reason: 'found' }, undefined],
    [{ lower: 4, reason: 'high-limit' }, /no relevant upper bound: the highest load/],
    [{ upper: 1, reason: 'nothing-passes' }, /no relevant lower bound: the lowest load/],
    [{ lower: 4, reason: 'budget' }, /no relevant upper bound: no load was shown to fail/],
    [{ reason: 'target-failed' }, /to pass or to fail/],
  ] as const)('%j', (result, text) => {
    const { missingBound: missing } = missingBound({ ...result, tried: [] });
    if (text === undefined) expect(missing).toBeUndefined();
    else expect(missing).toMatch(text);
  });
});
