import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MetronError } from '../core/errors.ts';
import { arrivals, lengths, tokenizers } from '../workload/index.ts';
import { planFlags, scoreFlags } from './flags.ts';
import { parsePlanDocument } from './plan-document.ts';
import { type FlagValues, planFromFlags, scoreFromFlags } from './plan-from-flags.ts';
import { planToJson } from './plan-to-json.ts';
import { allSettings, settingAt } from './setting.ts';

const least = { url: 'http://localhost:8000/v1', model: 'small', rate: '4' };
const file = (text: string) => parsePlanDocument(text, 'plan.yaml', '/plans');

const closedFile = file(`
target: { url: 'http://localhost:8000/v1', model: small, headers: { x-a: '1' } }
load: { closed: { users: 3 } }
workload: { prompt: 64 }
`);

function failure(flags: FlagValues, base?: Parameters<typeof planFromFlags>[1]): string {
  try {
    planFromFlags(flags, base);
  } catch (cause) {
    if (cause instanceof MetronError) return cause.message;
    throw cause;
  }
  throw new Error('the plan was taken');
}

describe('the flags', () => {
  it.each(planFlags.map((flag) => [flag.name, flag] as const))('%s explains itself', (name, flag) => {
    expect(flag.help.length).toBeGreaterThan(10);
    expect(flag.flag.startsWith(name)).toBe(true);
    expect(flag.example.startsWith(name)).toBe(true);
    expect(settingAt(flag.path)).toBeDefined();
  });

  it('have names of their own', () => {
    expect(new Set(planFlags.map(({ name }) => name)).size).toBe(planFlags.length);
    expect(new Set(planFlags.map(({ path }) => path)).size).toBe(planFlags.length);
  });

  it('cover every setting but what only a file can say well', () => {
    const covered = planFlags.map(({ path }) => path);
    const missing = allSettings()
      .filter(({ type }) => type !== 'group')
      .map(({ path }) => path)
      .filter((path) => !covered.some((flag) => `${path}.`.startsWith(`${flag}.`)));
    expect(missing).toEqual(['version', 'workload.paired.rows', 'workload.paired.order']);
  });

  it('list every kind there is, so that a new one shows up by itself', () => {
    const helpOf = (name: string): string => planFlags.find((flag) => flag.name === name)?.help ?? '';
    for (const { kind, summary } of arrivals.all) expect(helpOf('--arrivals')).toContain(`${kind} (${summary})`);
    for (const { kind, summary } of lengths.all) expect(helpOf('--prompt')).toContain(`${kind} (${summary})`);
    expect(planFlags.find(({ name }) => name === '--tokenizer')?.argument).toBe(`<${tokenizers.kinds.join('|')}>`);
  });

  it('show defaults as they are written', () => {
    expect(planFlags.find(({ name }) => name === '--decode-deadline')).toMatchObject({
      flag: '--decode-deadline <duration>',
      attribute: 'decodeDeadline',
      help: 'time between token deadlines, D_d (default 50ms)',
      example: '--decode-deadline 25ms',
      repeatable: false,
    });
  });

  const needsFile = new Set(['--paired', '--paired-order', '--prefill-curve', '--extrapolate-curve', '--slack']);
  const closed = new Set(['--users', '--think', '--ramp-steps']);
  const cases = planFlags.filter(({ name }) => !needsFile.has(name)).map((flag) => [flag.example, flag] as const);
  it.each(cases)('work as their example shows: %s', (example, { name, attribute, repeatable, type }) => {
    const text = example.slice(name.length + 1);
    const value = type === 'boolean' ? true : repeatable ? [text] : text;
    const { rate: _rate, ...noLoad } = least;
    const others = closed.has(name) ? { ...noLoad, users: '2' } : least;
    expect(() => planFromFlags({ ...others, [attribute]: value })).not.toThrow();
  });
});

describe('a plan from flags alone', () => {
  it('is read from text', () => {
    const plan = planFromFlags({
      ...least,
      arrivals: 'gamma:cv=2',
      prompt: 'lognormal:median=512,p90=2000,max=8000',
      output: '100..200',
      duration: '2m',
      header: ['x-a=b=c', 'X-Trace: d:e'],
      body: ['temperature=0', 'stop=["a","b"]', 'user=me'],
      forceLength: 'max_tokens,ignore_eos',
      disclose: ['engineVersion=0.11.0'],
      insecure: true,
      seed: '9',
      decodeDeadline: '25ms',
      json: true,
    });
    expect(plan.load).toEqual({ arrivals: { kind: 'gamma', rate: 4, cv: 2 }, duration: 120e9 });
    expect(plan.workload).toMatchObject({
      prompt: { kind: 'lognormal', median: 512, p90: 2000, min: 1, max: 8000 },
      output: { kind: 'uniform', min: 100, max: 200 },
    });
    expect(plan.target).toMatchObject({
      headers: { 'x-a': 'b=c', 'X-Trace': 'd:e' },
      body: { temperature: 0, stop: ['a', 'b'], user: 'me' },
      forceLength: ['max_tokens', 'ignore_eos'],
      tls: { insecure: true },
      disclosure: { engineVersion: '0.11.0' },
    });
    expect(plan.seed).toBe(9);
    expect(plan.score.decodeDeadline).toBe(25e6);
  });

  it.each([
    ['one name is a list', { forceLength: 'ignore_eos' }, ['ignore_eos']],
    ['none is none', { forceLength: 'none' }, []],
  ])('forces lengths: %s', (_, flags, expected) => {
    expect(planFromFlags({ ...least, ...flags }).target.forceLength).toEqual(expected);
  });

  it.each([
    [{ ...least, rate: '0' }, 'load.arrivals.rate: expected > 0, got 0 (--rate)'],
    [{ ...least, rate: '0', arrivals: 'constant' }, 'load.arrivals.rate: expected > 0, got 0 (--rate)'],
    [{ ...least, rate: 'many' }, 'load.arrivals.rate: expected a number, got "many" (--rate)'],
    [{ ...least, duration: '-5s' }, 'load.duration: a duration cannot be negative, got -5s (--duration)'],
    [{ ...least, prompt: '9..3' }, 'workload.prompt: min is greater than max (--prompt)'],
    [{ ...least, prompt: 'fixd:9' }, /^workload\.prompt: unknown choice "fixd".*\(--prompt\)$/],
    [{ ...least, arrivals: 'gamma:cw=2' }, 'load.arrivals: gamma has no option "cw"; did you mean "cv"? (--arrivals)'],
    [{ ...least, users: '5' }, /^load: arrivals and closed exclude each other/],
    [{ ...least, header: ['nothing'] }, '--header "nothing": expected a name, "=" and a value'],
    [
      { ...least, prompt: 'empirical:none.csv' },
      /^workload\.prompt: cannot read .*none\.csv: there is no such file \(--prompt\)$/,
    ],
  ])('names the flag of a problem: %j', (flags, message) => {
    expect(failure(flags)).toMatch(message);
  });
});

describe('flags over a file', () => {
  const open = file(`
target: { url: 'http://localhost:8000/v1', model: small }
load: { arrivals: { kind: gamma, rate: 4, cv: 2 }, duration: 30s }
phases: { warmup: 5s }
`);

  it('change what they name and keep the rest', () => {
    const plan = planFromFlags({ rate: '8', warmup: '2s' }, open);
    expect(plan.load).toEqual({ arrivals: { kind: 'gamma', rate: 8, cv: 2 }, duration: 30e9 });
    expect(plan.phases.warmup).toBe(2e9);
    expect(planFromFlags({}, open).load.arrivals).toEqual({ kind: 'gamma', rate: 4, cv: 2 });
  });

  it('keep the rate when only the process changes', () => {
    expect(planFromFlags({ arrivals: 'constant' }, open).load.arrivals).toEqual({ kind: 'constant', rate: 4 });
    const word = file(`{ target: { url: 'http://a', model: m }, load: { arrivals: 'gamma:rate=4,cv=2' } }`);
    expect(planFromFlags({ rate: '9' }, word).load.arrivals).toEqual({ kind: 'gamma', rate: 9, cv: 2 });
  });

  it('take the place of what they exclude', () => {
    expect(planFromFlags({ rate: '2' }, closedFile).load.closed).toBeUndefined();
    expect(planFromFlags({ users: '2' }, open).load).toMatchObject({ closed: { users: 2 }, duration: 30e9 });
    expect(planFromFlags({ users: '2' }, open).load.arrivals).toBeUndefined();
  });

  it('add headers to those of the file', () => {
    expect(planFromFlags({ header: ['x-b=2'] }, closedFile).target.headers).toEqual({ 'x-a': '1', 'x-b': '2' });
  });

  it('replace a length whole', () => {
    expect(planFromFlags({ prompt: '5..9' }, closedFile).workload.prompt).toEqual({ kind: 'uniform', min: 5, max: 9 });
  });

  it('name files relative to the command, the file to itself', () => {
    expect(planFromFlags({ ca: 'x.pem' }, open).target.tls.ca).toBe(resolve('x.pem'));
    const withCa = file(
      `{ target: { url: 'http://a', model: m, tls: { ca: x.pem } }, load: { closed: { users: 1 } } }`,
    );
    expect(planFromFlags({}, withCa).target.tls.ca).toBe(join(resolve('/plans'), 'x.pem'));
  });

  it('name the flag or the line of a problem', () => {
    const wrong = file(
      `target: { url: 'http://a', model: m }\nload: { arrivals: { rate: 4 } }\nlimits:\n  maxErrorRate: 7\n`,
    );
    expect(failure({ rate: '-1' }, wrong).split('\n  ').slice(1)).toEqual([
      'load.arrivals.rate: expected > 0, got -1 (--rate)',
      'limits.maxErrorRate: expected <= 1, got 7 (plan.yaml:4)',
    ]);
  });

  it('repeat a stored plan, changed', () => {
    const stored = JSON.stringify(planToJson(planFromFlags(least)));
    const again = planFromFlags({ rate: '5' }, parsePlanDocument(stored, 'plan.json', '/runs/x'));
    expect(again).toEqual(planFromFlags({ ...least, rate: '5' }));
  });
});

describe('scoring again', () => {
  it('has the flags of the score section alone', () => {
    expect(scoreFlags.map(({ name }) => name)).toContain('--decode-deadline');
    expect(scoreFlags.every(({ path }) => path.startsWith('score.'))).toBe(true);
  });

  it('changes a stored section, whose other deadline gives way', () => {
    const { score } = planToJson(planFromFlags({ ...least, pace: '10' }));
    expect(scoreFromFlags({ decodeDeadline: '25ms' }, score)).toMatchObject({ decodeDeadline: 25e6, pace: 10 });
    expect(scoreFromFlags({ prefillDeadline: '300ms' }, score).prefillDeadline).toBe(300e6);
  });

  it('needs no stored plan', () => {
    expect(scoreFromFlags({})).toEqual(planFromFlags(least).score);
  });

  it.each([
    [{ decodeDeadline: '0s' }, 'score.decodeDeadline: expected longer than 0s (--decode-deadline)'],
    [{ slack: '1s' }, 'score.slack: is added to a prefillCurve, and there is none (--slack)'],
    [{ prefillCurve: 'none.json' }, /^score\.prefillCurve: cannot read .*none\.json.*\(--prefill-curve\)$/],
  ])('refuses %j', (flags, message) => {
    expect(() => scoreFromFlags(flags)).toThrow(message);
  });
});
