import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRun, type Summary, startEngine } from 'metron';
import { describe, expect, it } from 'vitest';
import { allText, metron, onlyRun, readJson, scratch } from './command-line.ts';
import { mildEngine } from './mild-engine.ts';

const url = mildEngine();

const target = (): string[] => ['--url', url(), '--model', 'sim'];
const short = ['--prompt', '40', '--output', '12'];

describe('metron run', () => {
  it('measures a server end to end and leaves a complete run folder', async () => {
    const runs = scratch('run');
    const args = ['run', ...target(), ...short, '--rate', '20', '--duration', '3s', '--seed', '7', '--runs', runs];
    const { code, out, err } = await metron(args).ended;
    expect(err).not.toContain('hint');
    // A busy test machine may disturb the measurement; the verdict says so, the numbers stand.
    expect([0, 4]).toContain(code);
    expect(out).toMatch(/(valid|suspect|invalid) measurement/);
    expect(out).toContain('D_d 50 ms');
    for (const line of out.split('\n')) expect([...line].length).toBeLessThanOrEqual(80);

    const folder = onlyRun(runs);
    expect(readdirSync(folder).sort()).toEqual([
      'manifest.json',
      'plan.json',
      'records.jsonl',
      'report.html',
      'summary.json',
    ]);
    const { records, cut, problems } = await readRun(folder);
    expect({ cut, problems }).toEqual({ cut: false, problems: [] });
    expect(records.length).toBeGreaterThan(30);
    for (const record of records) {
      expect(record.outcome).toMatchObject({ status: 'completed', finishReason: 'length' });
      expect(record.output).toMatchObject({ asked: 12, total: 12, reported: 12, totalSource: 'usage' });
      expect(record.prompt).toMatchObject({ asked: 40, local: 40 });
      expect(record.sentAt).toBeGreaterThanOrEqual(record.scheduledAt);
    }
    const summary = readJson<Summary>(join(folder, 'summary.json'));
    expect(summary.requests).toMatchObject({ scheduled: records.length, completed: records.length, failed: 0 });
    expect(readFileSync(join(folder, 'report.html'), 'utf8').length).toBeLessThan(1_000_000);
  });

  it('repeats a run from its own plan: same schedule, same prompts, whatever the number of workers', async () => {
    const runs = scratch('again');
    const first = metron([
      'run',
      ...target(),
      ...short,
      '--rate',
      '10',
      '--duration',
      '1s',
      '--runs',
      runs,
      '--workers',
      '1',
    ]);
    await first.ended;
    const folder = onlyRun(runs);
    const again = scratch('again');
    await metron(['run', join(folder, 'plan.json'), '--runs', again, '--workers', '2']).ended;
    const [a, b] = [folder, onlyRun(again)].map((run) => readJson<Record<string, unknown>>(join(run, 'manifest.json')));
    expect(b?.scheduleHash).toBe(a?.scheduleHash);
    expect(b?.promptHash).toBe(a?.promptHash);
    expect(a?.scheduleHash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('a closed loop keeps its users busy and measures them apart from the warm-up', async () => {
    const runs = scratch('closed');
    const args = ['--users', '3', '--duration', '2s', '--warmup', '500ms', '--runs', runs, '--json'];
    const { out } = await metron(['run', ...target(), ...short, ...args]).ended;
    const { summary } = JSON.parse(out) as { summary: Summary };
    const { records } = await readRun(onlyRun(runs));
    expect(new Set(records.map(({ session }) => session))).toEqual(new Set([0, 1, 2]));
    expect(records.some(({ phase }) => phase === 'warmup')).toBe(true);
    expect(summary.requests.unmeasured).toBe(records.filter(({ phase }) => phase === 'warmup').length);
    expect(summary.load.inFlightMax ?? 0).toBeLessThanOrEqual(3);
  });

  it('never writes a key or an authorization header anywhere', async () => {
    const key = 'planted-key-93c1f0aa7e';
    const guarded = await startEngine({
      port: 0,
      model: 'sim',
      firstTokenMs: 5,
      gapMs: 2,
      apiKeyEnv: 'PLANTED_KEY',
    }).catch((cause: unknown) => cause);
    expect(guarded, 'the engine needs its key in the environment').toBeInstanceOf(Error);
    process.env.PLANTED_KEY = key;
    const server = await startEngine({ port: 0, model: 'sim', firstTokenMs: 5, gapMs: 2, apiKeyEnv: 'PLANTED_KEY' });
    delete process.env.PLANTED_KEY;
    try {
      const runs = scratch('secret');
      const run = [
        'run',
        '--url',
        server.url,
        '--model',
        'sim',
        ...short,
        '--requests',
        '4',
        '--rate',
        '20',
        '--runs',
        runs,
      ];
      const headers = ['--header', `x-other-token=$${'{OTHER_TOKEN}'}`, '--keep-text'];
      const env = { MY_KEY: key, OTHER_TOKEN: 'second-planted-5511' };
      const good = await metron([...run, '--api-key-env', 'MY_KEY', ...headers], env).ended;
      expect([0, 4]).toContain(good.code);
      const written = allText(runs) + good.out + good.err;
      expect(written).not.toContain(key);
      expect(written).not.toContain('second-planted-5511');
      expect(written.toLowerCase()).not.toContain('bearer ');

      const refused = await metron([...run, '--api-key-env', 'MY_KEY'], { MY_KEY: 'wrong-planted-key' }).ended;
      expect(refused.code).toBe(2);
      expect(refused.err).toMatch(/401/);
      expect(refused.err).toContain('--api-key-env');
      expect(refused.err + refused.out).not.toContain('wrong-planted-key');
    } finally {
      await server.close();
    }
  });

  it('stops at Ctrl-C, drains and reports; a second one leaves with 130', async () => {
    const runs = scratch('stop');
    const args = ['run', ...target(), ...short, '--rate', '10', '--duration', '60s', '--runs', runs];
    const once = metron(args);
    await once.says('in flight');
    once.child.kill('SIGINT');
    const { code, out } = await once.ended;
    expect([0, 4]).toContain(code);
    expect(out).toContain('measurement');
    expect(readJson<{ endedBy: string }>(join(onlyRun(runs), 'manifest.json')).endedBy).toBe('user');

    const slow = ['run', ...target(), '--prompt', '40', '--output', '5000', '--rate', '10', '--duration', '60s'];
    const left = scratch('leave');
    const twice = metron([...slow, '--runs', left]);
    await twice.says('in flight');
    twice.child.kill('SIGINT');
    await twice.says('Ctrl-C again');
    twice.child.kill('SIGINT');
    expect((await twice.ended).code).toBe(130);
    const { records } = await readRun(onlyRun(left));
    expect(records.length).toBeGreaterThan(0);
    for (const { outcome } of records) expect(outcome).toEqual({ status: 'cancelled', reason: 'user' });
  });

  it('after kill -9 in mid-run, score works on what is there and says that the run was cut', async () => {
    const runs = scratch('killed');
    const running = metron(['run', ...target(), ...short, '--rate', '20', '--duration', '60s', '--runs', runs]);
    await running.says('in flight');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    running.child.kill('SIGKILL');
    await running.ended;
    const folder = onlyRun(runs);
    const { code, out, err } = await metron(['score', folder, '--decode-deadline', '25ms']).ended;
    expect(code).toBe(0);
    expect(err).toContain('cut');
    expect(out).toContain('D_d 25 ms');
    expect(readdirSync(folder)).toContain('summary.json');
  });

  it('budgets end a run: tokens, and errors with exit code 3', async () => {
    const runs = scratch('budget');
    const tokens = await metron([
      ...['run', ...target(), ...short, '--rate', '40', '--duration', '60s', '--max-tokens', '600', '--runs', runs],
    ]).ended;
    expect([0, 4]).toContain(tokens.code);
    expect(readJson<{ endedBy: string }>(join(onlyRun(runs), 'manifest.json')).endedBy).toBe('max-tokens');

    const failing = scratch('errors');
    const errors = await metron([
      ...['run', ...target(), ...short, '--rate', '40', '--duration', '60s', '--max-error-rate', '0.2'],
      ...['--header', 'X-Sim-Fault=http-error:503', '--runs', failing],
    ]).ended;
    expect(errors.code).toBe(3);
  });

  it('repeats a plan with seeds of its own and gives intervals over the runs', async () => {
    const runs = scratch('repeat');
    const args = ['--rate', '20', '--duration', '600ms', '--repeat', '3', '--runs', runs];
    const { out } = await metron(['run', ...target(), ...short, ...args]).ended;
    expect(out).toContain('Over all runs');
    const folders = readdirSync(runs).filter((name) => !name.endsWith('.json'));
    expect(folders).toHaveLength(3);
    const seeds = folders.map((name) => readJson<{ seed: number }>(join(runs, name, 'manifest.json')).seed);
    expect(new Set(seeds).size).toBe(3);
  });
});

describe('metron score and report', () => {
  it('scores a stored run under another policy, beside the original and never over it', async () => {
    const runs = scratch('score');
    await metron(['run', ...target(), ...short, '--rate', '20', '--duration', '1s', '--runs', runs]).ended;
    const folder = onlyRun(runs);
    const before = readFileSync(join(folder, 'summary.json'), 'utf8');
    const { code, out } = await metron(['score', folder, '--decode-deadline', '1ms', '--prefill-deadline', '5ms'])
      .ended;
    expect(code).toBe(0);
    expect(out).toContain('Beside the original summary');
    expect(readFileSync(join(folder, 'summary.json'), 'utf8')).toBe(before);
    const second = readJson<Summary>(join(folder, 'summary-2.json'));
    expect(second.policy.decodeDeadline).toBe(1e6);
    const [then, now] = [JSON.parse(before) as Summary, second].map((each) => each.headline.fluidShare.value ?? -1);
    expect(now).toBeLessThan(then ?? 0);

    const rebuilt = await metron(['report', folder, '--out', 'again.html']).ended;
    expect(rebuilt.code).toBe(0);
    expect(readFileSync(join(folder, 'again.html'), 'utf8')).toContain('<!doctype html>');

    const csv = await metron(['score', folder, '--csv']).ended;
    expect(csv.out.split('\n')[0]).toBe('metric,label,unit,per,population,n,statistic,value,low,high,supported');
  });
});
