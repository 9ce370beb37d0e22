import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolvePlan } from '../config/index.ts';
import { exitCodes } from '../core/errors.ts';
import { type CapacityRequest, capacity, exitCodeOf, storedRequest } from './capacity.ts';
import { readLooks } from './probe.ts';
import { rescore } from './rescore.ts';

const engine = { model: 'llama3-8b', gpu: 'h100' };

const planFor = (phases: { warmup?: string } = {}) =>
  resolvePlan({
    phases,
    name: 'test',
    target: { url: 'http://simulated.invalid/v1', model: 'm' },
    load: { arrivals: 'poisson:1' },
    workload: { prompt: '128', output: '8' },
    seed: 5,
  });

const request: CapacityRequest = {
  slo: ['ttft<=60ms & tpot<=20ms @ 90%'],
  presets: [],
  mode: 'rate',
  decide: 'sequential',
  options: { start: 64, tolerance: 0.3, firstRequests: 60, growth: 1, budget: { requests: 40_000 } },
  engine,
};

let runsFolder = '';
beforeAll(() => {
  runsFolder = mkdtempSync(join(tmpdir(), 'metron-capacity-'));
});
afterAll(() => rmSync(runsFolder, { recursive: true, force: true }));

describe('capacity of a simulated engine', { timeout: 120_000 }, () => {
  it('is found in memory, and written as bounds with a reason', async () => {
    const { file, folder, exitCode } = await capacity(planFor(), request);
    expect(folder).toBeUndefined();
    expect(file.reason).toBe('found');
    expect(exitCode).toBe(exitCodes.ok);
    expect(file.relevantUpperBound! / file.relevantLowerBound!).toBeLessThan(1.302);
    expect(file.bindingCondition).toBe('ttft<=60ms & tpot<=20ms @ 90%');
    expect(file.conditionalThroughput!.outputTokens_per_s!).toBeGreaterThan(0);
    expect(file.tried.every(({ runs }) => runs.length === 0)).toBe(true);
  });

  it('depends on its seed alone', async () => {
    const [one, other] = [await capacity(planFor(), request), await capacity(planFor(), request)];
    expect(other.file).toEqual(one.file);
  });

  it('goes on where it was ended, repeats no look, and is scored again without load', async () => {
    const short = { ...request, options: { ...request.options, budget: { requests: 400 } } };
    const first = await capacity(planFor(), short, { keep: true, runsFolder });
    expect(first.file.reason).toBe('budget');
    expect(first.exitCode).toBe(exitCodes.ok);
    const folder = first.folder!;
    expect(storedRequest(folder)).toEqual(short);
    const before = readLooks(folder);
    const second = await capacity(planFor(), request, { resume: folder });
    const after = readLooks(folder);
    expect(after.slice(0, before.length)).toEqual(before);
    expect(after.length).toBeGreaterThan(before.length);
    expect(readdirSync(join(folder, 'probes'))).toHaveLength(after.length);
    expect(second.file.reason).toBe('found');

    const { surfaces, flips } = await rescore([folder], { decodeDeadlines_ms: [1, 50], firstTokens_ms: [60] });
    const [strict, loose] = surfaces[0]!.cells;
    expect(strict!.upper).toBeDefined();
    expect(strict!.estimate ?? 0).toBeLessThan(loose!.estimate ?? loose!.lower ?? Number.POSITIVE_INFINITY);
    expect(flips).toEqual([]);
  });

  it('ends when the money is spent, and says of each look what was judged', async () => {
    const options = { ...request.options, budget: { money: 0.05 } };
    const { file } = await capacity(planFor(), { ...request, options, prices: { prompt: 1, output: 4 } });
    expect(file.reason).toBe('budget');
    expect(file.cost.money!).toBeGreaterThanOrEqual(0.05);
    expect(file.tried.every(({ windows }) => windows.length > 0)).toBe(true);
  });

  it('sends exactly the requests asked for where points decide', async () => {
    const options = { start: 16, firstRequests: 300, tolerance: 0.2 };
    const { file } = await capacity(planFor(), { ...request, decide: 'point', options });
    expect(file.reason).toBe('found');
    expect(file.tried.every(({ requests }) => requests === 300)).toBe(true);
    expect(file.cost.requests).toBe(300 * file.tried.length);
  });

  it.each([
    ['rate', 'sequential', '10s'],
    ['rate', 'point', '10s'],
    ['users', 'point', '2s'],
  ] as const)('sends the warm-up of its plan on top, searching %s by %s', async (mode, decide, warmup) => {
    const options = { start: 4, firstRequests: 200, tolerance: 0.3, high: 256 };
    const { file } = await capacity(planFor({ warmup }), { ...request, mode, decide, options });
    expect(['found', 'high-limit']).toContain(file.reason);
    const judged = file.tried.filter(({ load }) => load > 4).map(({ requests }) => requests);
    expect(judged.length).toBeGreaterThan(2);
    expect(Math.min(...judged)).toBeGreaterThan(decide === 'point' ? 100 : 20);
  });

  it('refuses a look of which nothing came after the warm-up, where points decide', async () => {
    const options = { start: 256, firstRequests: 20 };
    await expect(
      capacity(planFor({ warmup: '10s' }), { ...request, mode: 'users', decide: 'point', options }),
    ).rejects.toMatchObject({ code: 'NOTHING_MEASURED' });
  });

  it('sends few requests beside those that count where a few users are searched for', async () => {
    const options = { firstRequests: 20, low: 1, high: 2 };
    const slo = ['ttft<=2s @ 90%, error_rate<=10%'];
    const { file } = await capacity(planFor(), { ...request, slo, mode: 'users', options });
    expect([file.reason, file.relevantLowerBound]).toEqual(['high-limit', 2]);
    const judged = file.tried.reduce((sum, { requests }) => sum + requests, 0);
    expect(file.cost.requests).toBeLessThan(1.5 * judged);
  });

  it('says that nothing can pass', async () => {
    const impossible = { ...request, slo: ['ttft_p99<=1ms'], options: { ...request.options, low: 8 } };
    const { file, exitCode } = await capacity(planFor(), impossible);
    expect([file.reason, exitCode]).toEqual(['nothing-passes', exitCodes.sloFailed]);
    expect(file.relevantLowerBound).toBeUndefined();
    expect(file.missingBound).toMatch(/no relevant lower bound/);
    expect(file.irregular).toBeUndefined();
    expect(file.bindingCondition).toBe('ttft_p99<=1ms');
  });

  it('that nothing can pass takes no low loads where an idle target fails too', async () => {
    const options = { ...request.options, start: 4 };
    const { file } = await capacity(planFor(), { ...request, slo: ['ttft_p99<=1ms'], options });
    expect(file.reason).toBe('nothing-passes');
    expect(file.tried.map(({ load }) => load)).toEqual([4]);
    expect(file.missingBound).toContain('find the target idle');
  });

  it('refuses prompts its prefill curve was not measured on, and counts them where allowed', async () => {
    const curve = { id: 'c', a_ms: 1, b_ms_per_token: 0.1, c_ms_per_token2: 0, from_tokens: 200, to_tokens: 900 };
    const plan = planFor();
    const withCurve = (more: object) => ({ ...plan, score: { ...plan.score, prefillCurve: curve, ...more } });
    await expect(capacity(withCurve({}), request)).rejects.toMatchObject({ code: 'CURVE_RANGE' });
    const short = { ...request, options: { ...request.options, budget: { requests: 100 } } };
    const { file } = await capacity(withCurve({ extrapolateCurve: true }), short);
    expect(file.extrapolated).toBe(file.cost.requests);
  });

  it('says that everything passes', async () => {
    const easy = { ...request, slo: ['ttft_p99<=60s'], options: { ...request.options, low: 1, high: 4, start: 1 } };
    const { file } = await capacity(planFor(), easy);
    expect([file.reason, file.relevantLowerBound]).toEqual(['high-limit', 4]);
    expect(file.irregular).toBeUndefined();
    expect(file.bindingCondition).toBeUndefined();
    expect(file.missingBound).toBe('no relevant upper bound: the highest load that may be tried passes');
    const { file: pointwise } = await capacity(planFor(), { ...easy, decide: 'point' });
    expect([pointwise.reason, pointwise.irregular]).toEqual(['high-limit', undefined]);
  });
});

it('every reason has an exit code', () => {
  expect(exitCodeOf('client-limit')).toBe(exitCodes.invalidMeasurement);
  expect(exitCodeOf('interrupted')).toBe(exitCodes.interrupted);
});
