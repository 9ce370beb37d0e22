import { describe, expect, it } from 'vitest';
import { cellName, expectSimulable, gridOf, parseAxis, widened, withSettings } from './sweep-axis.ts';

it('reads flags and paths', () => {
  expect(parseAxis('rate=1,2,4')).toEqual({ path: 'load.arrivals.rate', values: [1, 2, 4] });
  expect(parseAxis('workload.output = 64, 10..20')).toEqual({ path: 'workload.output', values: [64, '10..20'] });
  expect(() => parseAxis('rate')).toThrow(/expected a setting/);
  expect(() => parseAxis('rate=')).toThrow(/expected a setting/);
  expect(() => parseAxis('rate=1,2,1.0')).toThrow(/1 stands there twice/);
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

it('goes on over more values of the same settings, and keeps those it had', () => {
  const before = [parseAxis('rate=1,2'), parseAxis('output=8')];
  expect(widened(before, [parseAxis('rate=4,2'), parseAxis('output=8')])).toEqual([
    { path: 'load.arrivals.rate', values: [1, 2, 4] },
    { path: 'workload.output', values: [8] },
  ]);
  expect(() => widened(before, [parseAxis('rate=4')])).toThrow(/the sweep is over load.arrivals.rate, workload.output/);
});

it('refuses a grid of servers in virtual time, where there is none', () => {
  expect(() => expectSimulable([parseAxis('rate=1,2'), parseAxis('url=http://a/v1,http://b/v1')])).toThrow(
    '--over target.url changes nothing under --simulate',
  );
  expect(() => expectSimulable([parseAxis('rate=1,2'), parseAxis('workload.output=8,9')])).not.toThrow();
});

it('changes settings and takes out what they replace', () => {
  const plan = { load: { arrivals: { kind: 'poisson', rate: 1 }, duration: '10s' } };
  expect(withSettings(plan, { 'load.closed.users': 4 })).toEqual({ load: { closed: { users: 4 }, duration: '10s' } });
  expect(withSettings(plan, { 'load.arrivals.rate': 3 })).toEqual({
    load: { arrivals: { kind: 'poisson', rate: 3 }, duration: '10s' },
  });
  expect(plan.load.arrivals.rate).toBe(1);
});

describe('the name of a cell', () => {
  it('holds nothing that a file name may not, whatever is varied', () => {
    expect(cellName({ 'load.arrivals.rate': 4, 'target.url': 'http://a:8000/v1' })).toBe('rate-4_url-http-a-8000-v1');
    expect(cellName({ 'target.url': `http://${'long.'.repeat(30)}` })).toHaveLength(64);
  });
});
