import { describe, expect, it } from 'vitest';
import { resolvePlan } from '../config/index.ts';
import type { Schedule } from '../workload/index.ts';
import { connectionsAhead } from './instrument-setup.ts';

const target = { url: 'http://localhost:8000/v1', model: 'm' };

const dueAt = (times: readonly number[]): Schedule => ({ scheduledAt: Float64Array.from(times) }) as Schedule;

const ahead = (load: object, times: readonly number[] = []): number =>
  connectionsAhead(resolvePlan({ target, load }), dueAt(times));

describe('connections opened ahead', () => {
  it('are one for each user of a closed loop, however many there are', () => {
    expect(ahead({ closed: { users: 1600 }, duration: '10s' })).toBe(1600);
  });

  it('are those of two seconds of an open loop, up to a limit', () => {
    const everyTenth = Array.from({ length: 100 }, (_, i) => i * 100e6);
    expect(ahead({ arrivals: { rate: 10 }, duration: '10s' }, everyTenth)).toBe(21);
    const everyHalfMillisecond = Array.from({ length: 20_000 }, (_, i) => i * 0.5e6);
    expect(ahead({ arrivals: { rate: 2000 }, duration: '10s' }, everyHalfMillisecond)).toBe(1024);
  });

  it('are as many as are due in one instant', () => {
    expect(ahead({ arrivals: { rate: 500 }, duration: '10s' }, new Array(5000).fill(1e9))).toBe(5000);
  });
});
