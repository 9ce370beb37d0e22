import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { resolvePlan } from '../config/index.ts';
import { defaultPolicy } from '../metrics/index.ts';
import { audit } from './audit.ts';
import { capacity } from './capacity.ts';
import { sweep } from './sweep.ts';
import { parseAxis } from './sweep-axis.ts';

let runsFolder = '';
beforeAll(() => {
  runsFolder = mkdtempSync(join(tmpdir(), 'metron-audit-'));
});
afterAll(() => rmSync(runsFolder, { recursive: true, force: true }));

const plan = (name: string) =>
  resolvePlan({
    name,
    target: { url: 'http://simulated.invalid/v1', model: 'm' },
    load: { arrivals: 'poisson:1', requests: 200 },
    workload: { prompt: '100..200', output: 8 },
    seed: 5,
  });

const swept = async (gpu: string, ...over: string[]): Promise<string> =>
  (await sweep(plan(`sweep-${gpu}`), { axes: over.map(parseAxis), engine: { model: 'llama3-8b', gpu }, runsFolder }))
    .folder;

/** Everything passes up to 20 requests/s. */
async function searched(gpu: string): Promise<string> {
  const request = {
    slo: [],
    presets: ['paper-50'],
    mode: 'rate' as const,
    decide: 'point' as const,
    options: { start: 10, high: 20, firstRequests: 60 },
    engine: { model: 'llama3-8b', gpu },
  };
  const { folder = '', file } = await capacity(plan(`search-${gpu}`), request, { keep: true, runsFolder });
  expect(file.relevantLowerBound).toBe(20);
  return folder;
}

const evidenceOf = async (id: string, ...inputs: string[]) =>
  (await audit(inputs, defaultPolicy)).find((item) => item.id === id);

it('reads sweeps and searches as what stands behind a system', { timeout: 120_000 }, async () => {
  const search = await searched('h100');
  const cells = await swept('h100', 'rate=4,8,14,24');
  const id = 'one-operating-point';
  expect(await evidenceOf(id, cells)).toMatchObject({ evidence: expect.stringContaining('capacity not known') });
  expect(await evidenceOf(id, `A=${cells}`, `A=${search}`)).toMatchObject({
    outcome: 'pass',
    evidence: expect.stringMatching(/^A: .* by its search/),
  });
  expect(await evidenceOf('samples', search)).toMatchObject({ evidence: expect.stringContaining('60 answers') });
  await expect(audit(['http://a:8000/v1'], defaultPolicy)).rejects.toThrow('is a server');
  await expect(audit([join(runsFolder, 'none')], defaultPolicy)).rejects.toThrow('there is no folder');
});

it('re-scores searches at half and twice the deadlines', { timeout: 120_000 }, async () => {
  const [one, other] = [await searched('h100'), await searched('a100')];
  const found = await evidenceOf('one-operating-point', `A=${one}`, `B=${other}`);
  expect(found?.evidence).toMatch(/A: .*; B: /);
});
