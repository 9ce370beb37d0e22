import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultPolicy } from '../metrics/index.ts';
import {
  type ComparableSearch,
  type ComparedCapacity,
  capacityVerdict,
  compareSearches,
  unlikePolicies,
} from './comparison-capacity.ts';

const found = (name: string, lower?: number, upper?: number, objective = 'ttft<=1s'): ComparedCapacity => ({
  name,
  objective,
  unit: 'requests/s',
  reason: 'found',
  ...(lower !== undefined && { lower }),
  ...(upper !== undefined && { upper }),
});

const search = (capacity: ComparedCapacity, plan: unknown = {}): ComparableSearch => ({
  found: capacity,
  conditions: 'ttft<=1s',
  policy: defaultPolicy,
  run: { name: capacity.name, plan },
  decide: 'sequential',
});

describe('which of two systems carries more', () => {
  it.each([
    ['more', found('A', 9.8, 10.4), found('B', 12.1, 13)],
    ['less', found('A', 12.1, 13), found('B', 9.8, 10.4)],
    ['overlap', found('A', 9.8, 12.4), found('B', 12.1, 13)],
    ['more', found('A', undefined, 10), found('B', 12)],
    ['more', found('A', 9, 10), found('B', 10, 11)],
    ['unknown', found('A', 9), found('B', 12, 13)],
    ['unknown', found('A'), found('B')],
    ['irregular', { ...found('A', 1, 2), reason: 'irregular' as const }, found('B', 12, 13)],
    ['other unit', { ...found('A', 1, 2), unit: 'users' as const }, found('B', 12, 13)],
  ])('%s', (verdict, a, b) => {
    expect(capacityVerdict(a, b)).toBe(verdict);
  });

  it('says the opposite the other way round, and never both', () => {
    const bound = fc.option(fc.double({ min: 0.1, max: 100, noNaN: true }), { nil: undefined });
    const capacity = fc
      .tuple(bound, bound)
      .map(([one, other]) =>
        one !== undefined && other !== undefined
          ? found('x', Math.min(one, other), Math.max(one, other) + 0.1)
          : found('x', one, other),
      );
    fc.assert(
      fc.property(capacity, capacity, (a, b) => {
        const opposite = { more: 'less', less: 'more' } as const;
        const verdict = capacityVerdict(a, b);
        const expected = verdict === 'more' || verdict === 'less' ? opposite[verdict] : verdict;
        expect(capacityVerdict(b, a)).toBe(expected);
      }),
    );
  });
});

describe('searches side by side', () => {
  it('compares each with the first of its objective, and tells what differs between them', () => {
    const plan = (tokens: number) => ({ workload: { prompt: { tokens } }, workers: tokens });
    const pairs = compareSearches([
      search(found('A', 9.8, 10.4), plan(512)),
      search(found('A', 2, 3, 'tpot<=50ms'), plan(512)),
      search(found('B', 12.1, 13), plan(1024)),
    ]);
    expect(pairs).toHaveLength(1);
    expect(pairs[0]).toMatchObject({ baseline: { name: 'A' }, candidate: { name: 'B' }, verdict: 'more' });
    expect(pairs[0]?.differing.map(({ key, kind, forbids }) => [key, kind, forbids])).toEqual([
      ['workload.prompt.tokens', 'workload', true],
      ['workers', 'client', false],
    ]);
  });

  it('warns where single runs decided, and where policies differ', () => {
    const point = { ...search(found('B', 12.1, 13)), decide: 'point' };
    const [pair] = compareSearches([search(found('A', 9, 10)), point]);
    expect(pair?.differing.map(({ key }) => key)).toEqual(['search.decide']);
    expect(pair?.warnings).toEqual(['B was decided by single runs: how sure its bounds are, nobody knows']);
    const objectives = ['ttft<=1s, D_d 25 ms', 'ttft<=1s, D_d 50 ms'];
    const searches = objectives.map((objective) => search(found('A', 9, 10, objective)));
    expect(compareSearches(searches)).toEqual([]);
    expect(unlikePolicies(searches)[0]).toContain(objectives.join('; '));
  });
});
