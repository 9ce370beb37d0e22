import { describe, expect, it } from 'vitest';
import type { Difference } from '../../analyses/comparison.ts';
import { parseGate } from '../../analyses/comparison-gate.ts';
import type { ComparedPair, CompareResult } from '../../analyses/comparison-result.ts';
import { statisticOf } from '../../analyses/comparison-statistic.ts';
import { defaultPolicy } from '../../metrics/index.ts';
import { changeText, differencesFigure, intervalText } from './comparison-differences.ts';

const difference = (id: string, change: number, direction: Difference['direction'], spread = 0.01): Difference => ({
  statistic: statisticOf(id, 0.99),
  baseline: 0.5,
  candidate: 0.5,
  change,
  low: change - spread,
  high: change + spread,
  direction,
  n: 60,
});

describe('a change in words', () => {
  it.each([
    ['ttft_p50', 0.053, '+5.3%'],
    ['ttft_p50', -0.0004, '0.0%'],
    ['ttft_p50', 2.5, '+250.0%'],
    ['ttft_p50', 19.97, '×21'],
    ['error_rate', 0.012, '+1.2 pt'],
  ])('%s %d is %s', (id, change, text) => {
    expect(changeText(difference(id, change, 'worse'), change)).toBe(text);
  });

  it('an interval may reach from percent to many times', () => {
    expect(intervalText(difference('ttft_p50', 10, 'worse', 10.5), true)).toBe('−50.0% to ×22');
  });
});

it('a change that is not clear presses no other flat; a gate on errors stands at its points', () => {
  const gate = parseGate('error_rate > 0.5%');
  const pair: ComparedPair = {
    candidate: 'B',
    paired: true,
    differing: [],
    warnings: [],
    differences: [
      difference('fluidity_p01', 20, 'no clear difference'),
      difference('ttft_p50', 0.1, 'worse'),
      difference('error_rate', 0, 'no clear difference'),
    ],
    gates: [{ gate, outcome: 'undecided', explain: '' }],
  };
  const result: CompareResult = {
    schema: 'metron.comparison/1',
    window: 'whole',
    confidence: 0.95,
    correction: 'holm',
    policy: defaultPolicy,
    systems: [],
    pairs: [pair],
  };
  const drawn = differencesFigure(pair, result);
  if (!('data' in drawn) || drawn.data.kind !== 'rows') throw new Error('nothing drawn');
  expect(drawn.data.axis.to).toBeLessThanOrEqual(1.25);
  const rows = drawn.data.groups.flatMap((group) => group.rows);
  expect(rows.map(({ limit }) => limit)).toEqual([undefined, undefined, 0.005]);
});
