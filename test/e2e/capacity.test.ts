import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type RunningEngine, startEngine } from 'metron';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { metron, onlyRun, readJson, scratch } from './command-line.ts';

interface CapacityJson {
  readonly reason: string;
  readonly folder: string;
  readonly relevantLowerBound?: number;
  readonly irregular?: string;
  readonly client?: { readonly load: number; readonly reason: string };
  readonly target?: { readonly load: number; readonly reason: string; readonly run: string };
  readonly tried: readonly unknown[];
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
    expect(result.irregular).toBeUndefined();
    const folder = onlyRun(runs);
    expect(readJson<CapacityJson>(join(folder, 'capacity.json')).reason).toBe(result.reason);
    const looks = readdirSync(join(folder, 'probes')).length;
    expect(looks).toBeGreaterThan(0);

    const asked = await metron(['capacity', '--resume', folder, '--slo', 'ttft<=1s', '--json']).ended;
    expect(asked.code).toBe(2);
    expect(asked.err).toContain('--slo asks anew');
    if (result.reason === 'client-limit') return;
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
    await refused(/--decode-deadline sets another/, '--preset', 'paper-25', '--decode-deadline', '50ms');
    await refused(/states no confidence/, '--slo', 'ttft_p99<=1s', '--decide', 'point', '--confidence', '0.9');
    await refused(/--rate sets a load, and a search decides/, '--slo', 'ttft_p99<=1s', '--rate', '4');
    await refused(/--search users turns up users/, '--slo', 'ttft_p99<=1s', '--users', '4');
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

describe('a search that cannot find a capacity', () => {
  const ask = (url: string, folder: string, ...more: string[]) =>
    metron(['capacity', '--url', url, '--model', 'sim', '--prompt', '20', '--runs', folder, '--json', ...more], {
      HTTP_PROXY: '',
    });

  /** Whether any answer of any look has been recorded. */
  const hasAnswers = (folder: string): boolean =>
    readdirSync(folder, { recursive: true, withFileTypes: true }).some(
      (entry) => entry.name === 'records.jsonl' && statSync(join(entry.parentPath, entry.name)).size > 0,
    );

  it('keeps what it saw when the target dies in a look, blames no load for it, and goes on when it is back', {
    timeout: 240_000,
  }, async () => {
    const folder = scratch('dying');
    let mortal = await startEngine({ port: 0, model: 'sim', firstTokenMs: 60, gapMs: 40 });
    const { port } = mortal;
    const search = ask(
      mortal.url,
      folder,
      ...['--output', '8', '--slo', 'ttft<=10s @ 90%', '--low', '8', '--high', '400', '--requests', '40'],
    );
    while (!hasAnswers(folder)) await setTimeout(100);
    await mortal.close();
    const { out, code } = await search.ended;
    const result = JSON.parse(out) as CapacityJson;
    expect(result.reason).toBe('target-failed');
    expect(code).toBe(3);
    expect(result.target?.reason).toMatch(/target died|so does one alone|nothing listens/);
    expect(result.tried.filter((each) => (each as { verdict: string }).verdict === 'fails')).toEqual([]);
    const kept = onlyRun(folder);
    expect(readJson<CapacityJson>(join(kept, 'capacity.json')).reason).toBe('target-failed');
    expect(readdirSync(join(kept, 'probes')).length).toBeGreaterThan(0);

    mortal = await startEngine({ port, model: 'sim', firstTokenMs: 60, gapMs: 40 });
    try {
      const resumed = await metron(['capacity', '--resume', kept, '--budget-requests', '1', '--json']).ended;
      expect(['budget', 'client-limit']).toContain((JSON.parse(resumed.out) as CapacityJson).reason);
    } finally {
      await mortal.close();
    }
  });

  it('says that the client is the limit of a rate it cannot make', { timeout: 120_000 }, async () => {
    const fast = await startEngine({ port: 0, model: 'sim', firstTokenMs: 5, gapMs: 2, slots: 10_000 });
    // So many that leaving late does not pass for leaving in time: this takes a few dozen milliseconds at the least.
    const flags = ['--output', '4', '--slo', 'ttft<=9s @ 90%', '--low', '400000', '--requests', '5000'];
    const { out, code } = await ask(fast.url, scratch('fast'), ...flags).ended;
    await fast.close();
    const result = JSON.parse(out) as CapacityJson;
    expect([result.reason, code]).toEqual(['client-limit', 4]);
    expect(result.client?.load).toBe(400_000);
    expect(result.tried).toEqual([]);
  });

  it('refuses an objective that no answer of the target says anything about', { timeout: 120_000 }, async () => {
    const silent = await startEngine({ port: 0, model: 'sim', firstTokenMs: 40, gapMs: 20 });
    const flags = ['--output', '1', '--slo', 'tbt_p99<=1s', '--search', 'users', '--high', '2', '--requests', '20'];
    const { err, out, code } = await ask(silent.url, scratch('silent'), ...flags).ended;
    await silent.close();
    if (code === 4) return expect((JSON.parse(out) as CapacityJson).reason).toBe('client-limit');
    expect(err).toMatch(/no answer of this target says anything about tbt_p99<=1s/);
    expect(code).toBe(2);
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
    expect(out).toMatch(/ttft_p99<=1ms fails at the lowest load/);
    expect(out).toMatch(/hint: loosen the objective/);
  });

  it('says in the words of RFC 9971 that everything passes, and does not call that irregular', {
    timeout: 60_000,
  }, async () => {
    const limits = ['--slo', 'ttft_p99<=60s', '--low', '1', '--high', '4'];
    const page = join(scratch('easy'), 'page.html');
    const { code, out } = await metron(['capacity', ...simulate, ...limits, '--html', page]).ended;
    expect(code).toBe(0);
    expect(out).toMatch(/Capacity at least 4.00 requests\/s, the highest load that was allowed/);
    expect(out).toMatch(/relevant lower bound 4.00 requests\/s, relevant upper bound none/);
    expect(out).toContain('conditional');
    expect(out).toContain('no relevant upper bound: the highest load that may be tried passes (RFC 9971)');
    expect(out).not.toContain('irregular');
    for (const words of ['relevant lower bound', 'conditional throughput', 'RFC 9971']) {
      expect(readFileSync(page, 'utf8')).toContain(words);
    }
    expect(out).toMatch(/best within the objective[\s\S]*knee[\s\S]*saturation/);
  });

  it('sweeps a grid, one run a cell, and goes on with it', { timeout: 120_000 }, async () => {
    const folder = scratch('sweep');
    const over = ['--requests', '60', '--over', 'rate=5,20', '--runs', folder, '--json'];
    const first = await metron(['sweep', ...simulate, ...over]).ended;
    expect(first.code).toBe(0);
    const made = onlyRun(folder);
    expect(readdirSync(join(made, 'cells'))).toHaveLength(2);
    expect((await metron(['sweep', '--resume', made]).ended).code).toBe(0);
    expect(readdirSync(join(made, 'cells'))).toHaveLength(2);
    await metron(['sweep', '--resume', made, '--over', 'rate=5,20,40']).ended;
    expect(readdirSync(join(made, 'cells'))).toHaveLength(3);
    expect(readJson<{ pareto: unknown[] }>(join(made, 'sweep.json')).pareto.length).toBeGreaterThan(0);
  });

  it('lists cells whose target is down with the reason, on the terminal, in the file and on the page', {
    timeout: 120_000,
  }, async () => {
    const folder = scratch('sweep-dead');
    const alive = await startEngine({ port: 0, model: 'sim', firstTokenMs: 5, gapMs: 2 });
    const over = ['--over', `url=${alive.url},http://127.0.0.1:9/v1`, '--runs', folder];
    const load = ['--rate', '20', '--requests', '5', '--prompt', '20', '--output', '4', '--selftest', 'off'];
    const { out, code } = await metron(['sweep', '--url', alive.url, '--model', 'sim', ...load, ...over], {
      HTTP_PROXY: '',
    }).ended;
    await alive.close();
    expect([3, 4]).toContain(code);
    expect(out).toMatch(/× url http:\/\/127\.0\.0\.1:9\/v1 failed: /);
    expect(out).toContain('metron sweep --resume');
    const made = onlyRun(folder);
    const { failed } = readJson<{ failed: { reason: string }[] }>(join(made, 'sweep.json'));
    expect(failed).toHaveLength(1);
    expect(readFileSync(join(made, 'sweep.html'), 'utf8')).toContain('Cells that failed');
  });
});
