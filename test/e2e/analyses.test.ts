import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { metron, onlyRun, readJson, scratch } from './command-line.ts';

const load =
  '--url http://example.invalid/v1 --model m --rate 4 --requests 300 --prompt 200..1200 --output 30..90 --seed 3';

async function simulated(folder: string, engine: string, more = ''): Promise<string> {
  const { code } = await metron([
    'plan',
    ...load.split(' '),
    ...more.split(' ').filter(Boolean),
    '--simulate',
    engine,
    '--runs',
    folder,
  ]).ended;
  expect(code).toBe(0);
  return onlyRun(folder);
}

describe('metron profile', () => {
  it('writes a curve that scoring takes, and a plot', async () => {
    const runs = scratch('profile');
    const out = join(runs, 'curve.json');
    const profile = await metron([
      'profile',
      '--simulate',
      'model=llama3-8b,gpu=h100,jitter=0.02',
      '--lengths',
      '64,256,1024,2048,4096,8000',
      '--repeats',
      '4',
      '--out',
      out,
      '--runs',
      join(runs, 'runs'),
    ]).ended;
    expect(profile.err).toBe('');
    expect(profile.code).toBe(0);
    expect(profile.out).toContain('First token of a prompt of P tokens');
    const curve = readJson<{ from_tokens: number; to_tokens: number; profile: { schema: string; model: string } }>(out);
    expect(curve).toMatchObject({
      from_tokens: 64,
      to_tokens: 8000,
      profile: { schema: 'metron.profile/1', model: 'llama3-8b' },
    });
    expect(readFileSync(join(runs, 'curve.svg'), 'utf8')).toContain('<svg');
    const run = await simulated(
      join(runs, 'scored'),
      'model=llama3-8b,gpu=h100',
      `--prefill-curve ${out} --slack 300ms`,
    );
    const { policy } = readJson<{ policy: { prefillDeadline: { kind: string; slack: number } } }>(
      join(run, 'summary.json'),
    );
    expect(policy.prefillDeadline).toMatchObject({ kind: 'curve', slack: 300e6 });
    expect(existsSync(join(run, 'report.html'))).toBe(true);
  });

  it('takes a baseline off the file, refuses what was not measured, and flags it where allowed', async () => {
    const runs = scratch('profile-range');
    const engine = 'model=llama3-8b,gpu=h100';
    const profile = async (name: string, ...more: string[]) => {
      const out = join(runs, `${name}.json`);
      const args = ['profile', '--simulate', engine, '--lengths', '64,512,2048', '--repeats', '2', '--out', out];
      const ended = await metron([...args, '--runs', join(runs, name), ...more]).ended;
      expect(ended.code).toBe(0);
      return { out, said: ended.out, curve: readJson<{ a_ms: number; profile: { baseline?: unknown } }>(out) };
    };
    const plain = await profile('plain');
    const less = await profile('less', '--subtract-network', 'smallest-prompt');
    expect(plain.curve.profile.baseline).toBeUndefined();
    expect(less.curve.profile.baseline).toMatchObject({ kind: 'smallest-prompt', n: 2, tokens: 1 });
    const { time_ms } = less.curve.profile.baseline as { time_ms: number };
    expect(plain.curve.a_ms - less.curve.a_ms).toBeCloseTo(time_ms, 3);
    expect(less.said).toContain('smallest prompt taken off');
    const wrong = await metron(['profile', '--simulate', engine, '--subtract-network', 'all']).ended;
    expect(wrong.code).toBe(2);
    expect(wrong.err).toContain('rtt or smallest-prompt');

    const outside = (...more: string[]) => {
      const args = `plan ${load.replace('200..1200', '200..4000')} --prefill-curve ${plain.out} --simulate ${engine}`;
      return metron([...args.split(' '), '--runs', join(runs, 'outside'), ...more]).ended;
    };
    const refused = await outside();
    expect(refused.code).toBe(2);
    expect(refused.err).toMatch(/measured on prompts of 64 to 2,048 tokens, and \d+ of 300 prompts/);
    expect(refused.err).toContain('--extrapolate-curve');
    const search = await metron(
      ['capacity', '--simulate', engine, '--prefill-curve', plain.out, '--prompt', '4000'].concat([
        '--slo',
        'ttft<=1s @ 90%',
      ]),
    ).ended;
    expect(search.code).toBe(2);
    expect(search.err).toContain('64 to 2,048 tokens');
    expect((await outside('--extrapolate-curve')).code).toBe(0);
    const run = onlyRun(join(runs, 'outside'));
    expect(readFileSync(join(run, 'summary.json'), 'utf8')).toContain('curve-extrapolated');
    const score = ['score', run, '--prefill-curve', plain.out];
    expect((await metron(score).ended).code).toBe(0);
    const within = await simulated(join(runs, 'long'), engine, '--prompt 4000');
    const rescored = await metron(['score', within, '--prefill-curve', plain.out]).ended;
    expect(rescored.code).toBe(2);
    expect(rescored.err).toContain('300 of 300 prompts');
  });

  it.each([
    [['--lengths', '12,x'], '--lengths'],
    [['--budget', '5'], '--budget'],
    [['--repeats', '0'], '--repeats'],
    [['--lengths', '64,128'], '--lengths'],
  ])('refuses %j', async (args, flag) => {
    const { code, err } = await metron(['profile', '--simulate', ...args]).ended;
    expect(code).toBe(2);
    expect(err).toContain(flag);
  });

  it('says that too few lengths make no curve', async () => {
    const runs = scratch('profile-short');
    const beyondContext = '64,20000,30000';
    const model = ['--simulate', 'model=llama3-8b,gpu=h100'];
    const { code, err } = await metron(['profile', ...model, '--lengths', beyondContext, '--runs', runs]).ended;
    expect(code).toBe(3);
    expect(err).toContain('fewer than 3');
  });
});

describe('metron compare and audit', () => {
  const runs = scratch('compare');
  const compare = (...args: string[]) => metron(['compare', ...args, '--runs', join(runs, 'compared')]).ended;

  it('lay two runs side by side, and a gate fires when its interval is clear', async () => {
    const a = await simulated(join(runs, 'a'), 'model=llama3-8b,gpu=h100,jitter=0.02');
    const b = await simulated(join(runs, 'b'), 'model=llama3-8b,gpu=a100,jitter=0.02');
    const [junit, markdown] = [join(runs, 'gate.xml'), join(runs, 'gate.md')];
    const plain = await compare(a, b);
    expect(plain.code).toBe(0);
    expect(plain.out).toContain('Paired');
    const widest = (out: string): number =>
      Math.max(...(out.split('\npage ')[0] ?? '').split('\n').map((line) => [...line].length));
    // The first lines name folders, whose length is the user's.
    expect(widest(plain.out.split('\n\n').slice(1).join('\n\n'))).toBeLessThanOrEqual(80);
    const gate = ['--fail-on', 'ttft_p50 > 5%', '--junit', junit, '--markdown', markdown];
    expect((await compare(a, b, ...gate)).code).toBe(1);
    expect(readFileSync(junit, 'utf8')).toContain('<failure');
    expect(readFileSync(markdown, 'utf8')).toContain('**failed**: `ttft_p50 > 5%`');
    expect((await compare(b, a, ...gate)).code).toBe(0);
    const undecided = await compare(a, a, '--fail-on', 'tpot_p99 > 0%');
    expect(undecided.code).toBe(0);

    const json = JSON.parse((await compare(a, b, '--json')).out);
    expect(json.schema).toBe('metron.comparison/1');
    expect(json.systems[0].fluidityCdf).toHaveLength(101);

    const audit = await metron(['audit', a, b, '--json']).ended;
    expect(audit.code).toBe(0);
    expect(JSON.parse(audit.out).items.length).toBeGreaterThan(15);
    expect((await metron(['audit', a, b, '--strict']).ended).code).toBe(1);
  });

  it('refuse another workload, and say in which key it differs', async () => {
    const a = onlyRun(join(runs, 'a'));
    const c = await simulated(join(runs, 'c'), 'model=llama3-8b,gpu=h100', '--rate 8');
    const refused = await compare(a, c);
    expect(refused.code).toBe(2);
    expect(refused.err).toMatch(/load\.arrivals\.rate: 4 in A\b.*, 8 in B\b/);
    const forced = await compare(a, c, '--force');
    expect(forced.code).toBe(0);
    expect(forced.out).toContain('Unpaired');
    const table = forced.out.split('\n').filter((line) => /^\w+_(p\d|shift|mean|rate|share)/.test(line));
    expect(table.length).toBeGreaterThan(15);
    expect(Math.max(...table.map((line) => [...line].length))).toBeLessThanOrEqual(80);
  });

  it('refuse bad input with a sentence', async () => {
    const a = onlyRun(join(runs, 'a'));
    writeFileSync(join(runs, 'file'), '');
    for (const args of [
      ['compare', a],
      ['compare', a, join(runs, 'none')],
      ['compare', a, a, '--fail-on', 'nonsense'],
      ['audit', join(runs, 'file')],
    ]) {
      const { code, err } = await metron(args).ended;
      expect(code).toBe(2);
      expect(err).toContain('metron: ');
    }
  });
});
