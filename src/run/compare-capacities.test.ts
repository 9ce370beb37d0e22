import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolvePlan } from '../config/index.ts';
import { type CapacityRequest, capacity } from './capacity.ts';
import { compareCapacities } from './compare-capacities.ts';

let runsFolder = '';
beforeAll(() => {
  runsFolder = mkdtempSync(join(tmpdir(), 'metron-capacities-'));
});
afterAll(() => rmSync(runsFolder, { recursive: true, force: true }));

/** A small search of a simulated engine, kept. */
async function searched(name: string, gpu: string, ask: { prompt?: number; preset?: string; requests?: number } = {}) {
  const plan = resolvePlan({
    name,
    target: { url: 'http://simulated.invalid/v1', model: 'm' },
    load: { arrivals: 'poisson:1' },
    workload: { prompt: ask.prompt ?? 128, output: 8 },
    seed: 5,
  });
  const request: CapacityRequest = {
    slo: ask.preset === undefined ? ['ttft<=60ms & tpot<=20ms @ 90%'] : [],
    presets: ask.preset === undefined ? [] : [ask.preset],
    mode: 'rate',
    decide: 'sequential',
    options: { start: 64, tolerance: 0.6, firstRequests: 60, growth: 1, budget: { requests: ask.requests ?? 300 } },
    engine: { model: 'llama3-8b', gpu },
  };
  const { folder = '' } = await capacity(plan, request, { keep: true, runsFolder });
  return { kind: 'capacity', name, folder } as const;
}

describe('capacities side by side', { timeout: 120_000 }, () => {
  it('say which carries more, and what differs between the systems', async () => {
    const requests = 40_000;
    const inputs = [await searched('A', 'a100', { requests }), await searched('B', 'h100', { requests })];
    const { capacityPairs = [], capacityNotes } = await compareCapacities(inputs, false);
    expect(capacityPairs).toHaveLength(1);
    expect(capacityPairs[0]?.verdict).toBe('more');
    expect(capacityPairs[0]?.differing.map(({ kind }) => kind)).toEqual(['system']);
    expect(capacityNotes).toBeUndefined();
  });

  it('are refused where workloads differ, unless by force', async () => {
    const inputs = [await searched('A', 'a100'), await searched('B', 'a100', { prompt: 1024 })];
    await expect(compareCapacities(inputs, false)).rejects.toThrow('workload.prompt.tokens: 128 in A, 1024 in B');
    const { capacityPairs = [] } = await compareCapacities(inputs, true);
    expect(capacityPairs[0]?.differing.some(({ forbids }) => forbids)).toBe(true);
  });

  it('are not decided under unlike deadlines, which the objectives name', async () => {
    const inputs = [
      await searched('A', 'h100', { preset: 'paper-25' }),
      await searched('B', 'h100', { preset: 'paper-50' }),
    ];
    const { capacities = [], capacityPairs, capacityNotes = [] } = await compareCapacities(inputs, false);
    expect(capacities.map(({ objective }) => /D_d \d+ ms/.exec(objective)?.[0])).toEqual(['D_d 25 ms', 'D_d 50 ms']);
    expect(capacityPairs).toBeUndefined();
    expect(capacityNotes[0]).toContain('policies differ');
  });
});
