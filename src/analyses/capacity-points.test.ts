import { describe, expect, it } from 'vitest';
import { loadPoints, namedPoints } from './capacity-points.ts';
import { noCost } from './capacity-probe.ts';
import type { TriedLoad } from './capacity-result.ts';

describe('loads at shares of saturation', () => {
  it('are those tried nearest, and absent where none lies within a tenth', () => {
    const tried = [1, 2, 3.9, 4.2, 8].map((load) => ({ load }));
    expect(loadPoints(tried, { saturation: 8 })).toEqual([
      { share: 0.25, load: 2 },
      { share: 0.5, load: 3.9 },
      { share: 0.75, note: 'no load within a tenth of it was tried' },
      { share: 0.9, note: 'no load within a tenth of it was tried' },
    ]);
  });

  it('are unknown where no load saturates', () => {
    expect(loadPoints([{ load: 1 }], {})).toEqual([]);
  });
});

describe('saturation', () => {
  const at = (load: number, verdict: TriedLoad['verdict'], completed: number): TriedLoad => {
    const cost = { ...noCost, requests: 600 };
    const point = { offered_per_s: load, completed_per_s: completed };
    return {
      load,
      verdict,
      requests: 600,
      shares: [1],
      backlog: 'steady',
      cost,
      observations: [{ tallies: [], backlog: 'steady', cost, point }],
    };
  };

  it('is no load that was shown to pass, whatever a short look of it had completed by its end', () => {
    const tried = [at(10, 'passes', 8.5), at(12, 'undecided', 11.5), at(14, 'fails', 11.9)];
    expect(namedPoints(tried, 10)).toMatchObject({ best: 10, saturation: 14, saturationAfter: 12 });
  });
});
