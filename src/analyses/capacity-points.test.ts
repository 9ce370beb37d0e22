import { describe, expect, it } from 'vitest';
import { loadPoints } from './capacity-points.ts';

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
