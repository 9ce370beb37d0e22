import { expect, it } from 'vitest';
import { gridOf, parseAxis, withSettings } from './sweep-axis.ts';

it('reads flags and paths', () => {
  expect(parseAxis('rate=1,2,4')).toEqual({ path: 'load.arrivals.rate', values: [1, 2, 4] });
  expect(parseAxis('workload.output = 64, 10..20')).toEqual({ path: 'workload.output', values: [64, '10..20'] });
  expect(() => parseAxis('rate')).toThrow(/expected a setting/);
  expect(() => parseAxis('rate=')).toThrow(/expected a setting/);
});

it('makes every combination, the last axis fastest', () => {
  expect(gridOf([parseAxis('users=1,2'), parseAxis('output=8,9')])).toEqual([
    { 'load.closed.users': 1, 'workload.output': 8 },
    { 'load.closed.users': 1, 'workload.output': 9 },
    { 'load.closed.users': 2, 'workload.output': 8 },
    { 'load.closed.users': 2, 'workload.output': 9 },
  ]);
  expect(gridOf([])).toEqual([{}]);
});

it('changes settings and takes out what they replace', () => {
  const plan = { load: { arrivals: { kind: 'poisson', rate: 1 }, duration: '10s' } };
  expect(withSettings(plan, { 'load.closed.users': 4 })).toEqual({ load: { closed: { users: 4 }, duration: '10s' } });
  expect(withSettings(plan, { 'load.arrivals.rate': 3 })).toEqual({
    load: { arrivals: { kind: 'poisson', rate: 3 }, duration: '10s' },
  });
  expect(plan.load.arrivals.rate).toBe(1);
});
