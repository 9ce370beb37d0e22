import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type RunningEngine, startEngine } from 'metron';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { metron, onlyRun, readJson, scratch } from './command-line.ts';

interface CapacityJson {
  readonly reason: string;
  readonly folder: string;
  readonly relevantLowerBound?: number;
  readonly cost: { readonly requests: number };
}

let engine: RunningEngine;
let closed = false;
beforeAll(async () => {
  engine = await startEngine({ port: 0, model: 'sim', firstTokenMs: 5, gapMs: 2 });
});
afterAll(async () => {
  if (!closed) await engine.close();
});

const runs = scratch('capacity');
const live = (...more: string[]) =>
  metron(
    [
      'capacity',
      '--url',
      engine.url,
      '--model',
      'sim',
      '--search',
      'users',
      '--prompt',
      '20',
      '--output',
      '4',
      ...more,
    ],
    {
      HTTP_PROXY: '',
    },
  ).ended;

describe('metron capacity against a live server', () => {
  it('keeps every look, ends at the limit given, goes on, and says when the target is gone', {
    timeout: 180_000,
  }, async () => {
    const bounded = [
      '--slo',
      'ttft<=20s @ 90%',
      '--low',
      '1',
      '--high',
      '2',
      '--requests',
      '40',
      '--runs',
      runs,
      '--json',
    ];
    const found = await live(...bounded);
    const result = JSON.parse(found.out) as CapacityJson;
    // On a machine that is busy with other things the client may rightly be called the limit.
    expect(['high-limit', 'client-limit']).toContain(result.reason);
    expect(found.code).toBe(result.reason === 'high-limit' ? 0 : 4);
    const folder = onlyRun(runs);
    expect(readJson<CapacityJson>(join(folder, 'capacity.json')).reason).toBe(result.reason);
    const looks = readdirSync(join(folder, 'probes')).length;
    expect(looks).toBeGreaterThan(0);

    const again = await metron(['capacity', '--resume', folder, '--json']).ended;
    expect((JSON.parse(again.out) as CapacityJson).cost.requests).toBe(result.cost.requests);
    expect(readdirSync(join(folder, 'probes'))).toHaveLength(looks);
  });

  it('refuses what cannot be searched before any load', { timeout: 60_000 }, async () => {
    const refused = async (pattern: RegExp, ...args: string[]): Promise<void> => {
      const ended = await live(...args, '--runs', runs);
      expect(ended.err).toMatch(pattern);
      expect(ended.code).toBe(2);
    };
    await refused(/no objective/);
    await refused(/unknown metric "tfft"/, '--slo', 'tfft_p99<=1s');
    await refused(/unknown preset/, '--preset', 'paper-51');
    await refused(/decodeDeadline/, '--preset', 'paper-25', '--preset', 'paper-50');
    await refused(/--low 4 is not below --high 2/, '--slo', 'ttft_p99<=1s', '--low', '4', '--high', '2');
  });

  it('ends with 3 when nobody answers', { timeout: 60_000 }, async () => {
    await engine.close();
    closed = true;
    const ended = await live('--slo', 'ttft_p99<=1s', '--runs', runs);
    expect(ended.code).toBe(3);
    expect(ended.err).toMatch(/hint:/);
  });
});

describe('metron capacity and sweep in virtual time', () => {
  const simulate = ['--simulate', 'model=llama3-8b,gpu=h100', '--prompt', '128', '--output', '8'];

  it('finds an interval and prints it within 80 columns', { timeout: 120_000 }, async () => {
    const { out, code } = await metron([
      'capacity',
      ...simulate,
      '--preset',
      'paper-25',
      '--tolerance',
      '0.3',
      '--budget-requests',
      '30000',
    ]).ended;
    expect(code).toBe(0);
    expect(out).toMatch(/Capacity between .* requests\/s|Budget spent/);
    expect(Math.max(...out.split('\n').map((line) => [...line].length))).toBeLessThanOrEqual(80);
  });

  it('exits with 1 where nothing passes', { timeout: 60_000 }, async () => {
    const { code, out } = await metron(['capacity', ...simulate, '--slo', 'ttft_p99<=1ms', '--low', '4']).ended;
    expect(code).toBe(1);
    expect(out).toMatch(/No load meets the objective/);
  });

  it('sweeps a grid, one run a cell, and goes on with it', { timeout: 120_000 }, async () => {
    const folder = scratch('sweep');
    const over = ['--requests', '60', '--over', 'rate=5,20', '--runs', folder, '--json'];
    const first = await metron(['sweep', ...simulate, ...over]).ended;
    expect(first.code).toBe(0);
    const made = onlyRun(folder);
    expect(readdirSync(join(made, 'cells'))).toHaveLength(2);
    await metron(['sweep', '--simulate', 'model=llama3-8b,gpu=h100', '--resume', made, '--over', 'rate=5,20,40']).ended;
    expect(readdirSync(join(made, 'cells'))).toHaveLength(3);
    expect(readJson<{ pareto: unknown[] }>(join(made, 'sweep.json')).pareto.length).toBeGreaterThan(0);
  });
});
