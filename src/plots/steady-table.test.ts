import { describe, expect, it } from 'vitest';
import { runs } from '../../test/browser/runs.ts';
import { reportModel } from './report-model.ts';
import { scoredRun } from './scored-run.ts';

const tableOf = (name: 'steady' | 'unsteady' | 'good') => {
  const input = runs[name]();
  return reportModel(input, scoredRun(input)).steady;
};

describe('the whole run beside its steady window', () => {
  it('has the same numbers for both', () => {
    const table = tableOf('steady');
    expect(table?.steady).toBe(true);
    expect(table?.rows.map(([label]) => label)).toEqual([
      'Fluid answers',
      'Fluid rate',
      'First token P99',
      'Token gap P99',
    ]);
  });

  it('says why there is none', () => {
    expect(tableOf('unsteady')).toMatchObject({ steady: false, rows: [] });
    expect(tableOf('unsteady')?.lead).toMatch(/^No steady state \(too short\): .*are needed\.$/);
  });

  it('is absent where it was not looked for', () => {
    expect(tableOf('good')).toBeUndefined();
  });
});
