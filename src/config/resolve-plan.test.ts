import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { autoForceLength } from '../clients/index.ts';
import { exitCodes, MetronError } from '../core/errors.ts';
import { defaultPolicy } from '../metrics/policy.ts';
import { arrivals, buildSchedule } from '../workload/index.ts';
import { planToJson } from './plan-to-json.ts';
import { resolvePlan } from './resolve-plan.ts';
import { scorePolicy } from './score-policy.ts';

const target = { url: 'http://localhost:8000/v1', model: 'small' };
const load = { arrivals: { rate: 4 } };
const least = { target, load };

function failure(input: unknown, directory?: string): MetronError {
  try {
    resolvePlan(input, directory === undefined ? {} : { directory });
  } catch (cause) {
    if (cause instanceof MetronError) return cause;
    throw cause;
  }
  throw new Error('the plan was taken');
}

const folder = mkdtempSync(join(tmpdir(), 'metron-plan-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return name;
}

describe('a plan that says little', () => {
  it('gets every default', () => {
    const plan = resolvePlan(least);
    expect(plan).toMatchObject({
      version: 1,
      name: 'small',
      target: { ...target, proxy: 'env', forceLength: autoForceLength, headers: {}, tls: { insecure: false } },
      load: { arrivals: { kind: arrivals.kinds[0], rate: 4 }, duration: 60e9 },
      phases: { warmup: 0, grace: 30e9 },
      workload: { prompt: { kind: 'fixed', tokens: 512 }, output: { kind: 'fixed', tokens: 128 }, cache: 'cold' },
      limits: { connectTimeout: 10e9, totalTimeout: 600e9 },
      seed: 1,
      repeat: 1,
      keepText: false,
      selftest: 'cached',
      strict: false,
    });
    expect(plan.workers).toBeUndefined();
  });

  it('is scored under the default policy', () => {
    expect(scorePolicy(resolvePlan(least).score)).toEqual(defaultPolicy);
  });

  it('draws a schedule as it is', () => {
    const plan = resolvePlan(least);
    expect(buildSchedule(plan, plan.seed).count).toBeGreaterThan(150);
  });

  it('has no end in time when it has one in count', () => {
    expect(resolvePlan({ ...least, load: { ...load, requests: 9 } }).load.duration).toBeUndefined();
  });

  it('is named after its model, in letters a folder can have', () => {
    expect(resolvePlan({ ...least, target: { ...target, model: 'org/Model 8B:latest' } }).name).toBe(
      'org-Model-8B-latest',
    );
  });

  it('draws a seed once when told to be random', () => {
    const { seed } = resolvePlan({ ...least, seed: 'random' });
    expect(Number.isSafeInteger(seed)).toBe(true);
    expect(resolvePlan({ ...least, seed: 'random' }).seed).not.toBe(seed);
  });
});

describe('settings in one word', () => {
  it.each([
    [512, { kind: 'fixed', tokens: 512 }],
    ['100..2000', { kind: 'uniform', min: 100, max: 2000 }],
    ['lognormal:median=512,p90=2000', { kind: 'lognormal', median: 512, p90: 2000, min: 1 }],
    ['fixed:7', { kind: 'fixed', tokens: 7 }],
  ])('%j is a prompt length', (prompt, expected) => {
    expect(resolvePlan({ ...least, workload: { prompt } }).workload.prompt).toEqual(expected);
  });

  it.each([
    ['poisson:8', { kind: 'poisson', rate: 8 }],
    ['gamma:rate=8,cv=2', { kind: 'gamma', rate: 8, cv: 2 }],
  ])('%s is an arrival process', (word, expected) => {
    expect(resolvePlan({ ...least, load: { arrivals: word } }).load.arrivals).toEqual(expected);
  });
});

describe('what is written in files', () => {
  it('moves into the plan', () => {
    write('lengths.csv', 'tokens\n5\n6\n');
    write('pairs.csv', 'input,output\n100,10\n200,20\n');
    const curve = { id: 'c', a_ms: 12.5, b_ms_per_token: 0.1, c_ms_per_token2: 0, from_tokens: 1, to_tokens: 4000 };
    write('curve.json', JSON.stringify(curve));
    const one = resolvePlan(
      { ...least, workload: { prompt: 'empirical:lengths.csv' }, score: { prefillCurve: 'curve.json' } },
      { directory: folder },
    );
    expect(one.workload.prompt).toEqual({ kind: 'empirical', rows: [5, 6] });
    expect(one.score.prefillCurve).toEqual(curve);
    expect(scorePolicy(one.score).prefillDeadline).toEqual({
      kind: 'curve',
      a: 12.5e6,
      b: 1e5,
      c: 0,
      slack: 300e6,
      from: 1,
      to: 4000,
      id: 'c',
    });
    const two = resolvePlan({ ...least, workload: { paired: { file: 'pairs.csv' } } }, { directory: folder });
    expect(two.workload.paired).toEqual({
      order: 'drawn',
      rows: [
        [100, 10],
        [200, 20],
      ],
    });
    expect(two.workload.prompt).toBeUndefined();
  });

  it.each([
    [{ workload: { prompt: 'empirical:none.csv' } }, 'workload.prompt: cannot read none.csv: there is no such file'],
    [{ workload: { paired: { file: '.' } } }, 'workload.paired: cannot read .: it is a folder'],
    [
      { workload: { paired: { file: write('bad.csv', 'a,b\n1,2\n') } } },
      'workload.paired: no column for output; columns: a, b',
    ],
    [
      { score: { prefillCurve: write('bad.txt', 'nonsense') } },
      'score.prefillCurve: the file of the curve is not JSON',
    ],
    [
      { score: { prefillCurve: write('half.json', '{"id": "c"}') } },
      'score.prefillCurve: in the file of the curve, a_ms: required, a number',
    ],
  ])('is refused in one sentence: %j', (change, message) => {
    expect(failure({ ...least, ...change }, folder).message).toBe(message);
  });
});

describe('a plan that is wrong', () => {
  it.each([
    ['no target', { load }, "target.url: required: the server's base URL, such as http://localhost:8000/v1"],
    [
      'a URL that is none',
      { load, target: { ...target, url: 'localhost:8000' } },
      /^target\.url: expected a URL such as .*, got "localhost:8000"; did you mean "http:\/\/localhost:8000"\?$/,
    ],
    [
      'a password in the URL',
      { load, target: { ...target, url: 'http://me:pw@host/v1' } },
      /must not hold a user name/,
    ],
    ['no load', { target }, 'load: required: arrivals (open loop, --rate) or closed (closed loop, --users)'],
    ['both loads', { target, load: { ...load, closed: { users: 2 } } }, /arrivals and closed exclude each other/],
    ['rate 0', { target, load: { arrivals: { rate: 0 } } }, 'load.arrivals.rate: expected > 0, got 0'],
    ['no rate', { target, load: { arrivals: {} } }, 'load.arrivals.rate: required, a number'],
    ['a process nobody knows', { target, load: { arrivals: { kind: 'posson' } } }, /did you mean "poisson"\?$/],
    [
      'an unknown word',
      { target, load: { arrivals: 'posson' } },
      /^load\.arrivals: unknown choice "posson"; known: poisson/,
    ],
    [
      'a negative duration',
      { target, load: { ...load, duration: '-5s' } },
      'load.duration: a duration cannot be negative, got -5s',
    ],
    ['a duration without a unit', { target, load: { ...load, duration: 60 } }, /with its unit, such as 60s or 60ms$/],
    ['no time at all', { target, load: { ...load, duration: '0s' } }, 'load.duration: expected longer than 0s'],
    ['half a request', { target, load: { ...load, requests: 1.5 } }, 'load.requests: expected a whole number, got 1.5'],
    ['min above max', { ...least, workload: { prompt: '2000..100' } }, 'workload.prompt: min is greater than max'],
    ['a prompt of nothing', { ...least, workload: { prompt: 0 } }, 'workload.prompt.tokens: expected >= 1, got 0'],
    [
      'a warm-up as long as the run',
      { target, load: { ...load, duration: '10s' }, phases: { warmup: '10s' } },
      'phases.warmup: 10s is not shorter than load.duration (10s): nothing would be measured',
    ],
    ['no end', { target, load: { arrivals: 'one-shot' } }, /^load\.requests: required, since one-shot arrivals/],
    [
      'a warm-up that takes all',
      { target, load: { arrivals: 'one-shot', requests: 5 }, phases: { warmup: '1s' } },
      /^phases\.warmup: one-shot arrivals would all fall into the warm-up/,
    ],
    [
      'lengths twice',
      { ...least, workload: { prompt: 5, paired: { rows: [[1, 2]] } } },
      /^workload\.paired: excludes prompt/,
    ],
    [
      'two first-token deadlines',
      { ...least, score: { prefillDeadline: '1s', prefillCurve: 'c.json' } },
      /has one deadline$/,
    ],
    ['slack for nothing', { ...least, score: { slack: '1s' } }, /^score\.slack: is added to a prefillCurve/],
    [
      'the key itself',
      { load, target: { ...target, apiKeyEnv: 'sk-123' } },
      /name of an environment variable, not the key/,
    ],
    [
      'a redacted header',
      { load, target: { ...target, headers: { 'x-api-key': '[redacted]' } } },
      /value was not stored/,
    ],
    ['an unknown section', { ...least, laod: 1 }, 'laod: unknown key; did you mean "load"?'],
    ['an unknown key', { ...least, phases: { warmpu: '1s' } }, 'phases: unknown key "warmpu"; did you mean "warmup"?'],
    [
      'an unknown key of a kind',
      { target, load: { arrivals: { rate: 4, cv: 2 } } },
      /^load\.arrivals: unknown key "cv"/,
    ],
    ['an unknown choice', { ...least, score: { ties: 'papr' } }, /got "papr"; did you mean "paper"\?$/],
    ['another version', { ...least, version: 2 }, 'version: expected 1, the only version of plans there is'],
    ['a list', [], 'plan: expected a group of settings'],
    ['a number for a section', { ...least, limits: 5 }, 'limits: expected a group of settings, got 5'],
  ])('with %s says so in one sentence', (_, input, message) => {
    const error = failure(input);
    expect(error.exitCode).toBe(exitCodes.badInput);
    expect(error.hint).toBeDefined();
    if (typeof message === 'string') expect(error.message.split('\n  ')).toContain(message);
    else expect(error.message.split('\n  ').some((line) => message.test(line))).toBe(true);
  });

  it('hears of every problem at once, each with its path', () => {
    const { message } = failure({
      target: { ...target, modle: 'x' },
      load: { arrivals: { rate: -1 } },
      phases: { warmup: 5 },
      workload: { prompt: 'no', output: '9..3', cache: 'hot' },
      limits: { maxErrorRate: 2 },
    });
    expect(message.split('\n').map((line) => line.trim().split(': ')[0])).toEqual([
      '7 problems in the plan',
      'workload.prompt',
      'target',
      'load.arrivals.rate',
      'phases.warmup',
      'workload.output',
      'workload.cache',
      'limits.maxErrorRate',
    ]);
  });
});

describe('a plan as JSON', () => {
  const plans = {
    least,
    open: {
      ...least,
      load: { arrivals: 'gamma:rate=2,cv=3', duration: '90s', requests: 50 },
      workload: { prompt: 'lognormal:median=5,sigma=1,max=99', output: '3..9', cache: 'warm', salt: 's' },
      score: { prefillDeadline: '123456789ns', slackCap: '2s', chunks: 'even', pace: 12.5 },
      limits: { maxErrorRate: 0.1, waitReady: '2m' },
    },
    closed: {
      target: { ...target, body: { temperature: 0, stop: ['a'] }, forceLength: 'none', disclosure: { engine: 'x' } },
      load: { closed: { users: 3, think: '250us' }, requests: 9 },
      workload: { paired: { rows: [[5, 6]] } },
      score: {
        prefillCurve: {
          id: 'c',
          a_ms: 0.1,
          b_ms_per_token: 0.0123,
          c_ms_per_token2: 1e-7,
          from_tokens: 1,
          to_tokens: 9,
        },
        slack: '0s',
      },
      seed: 77,
      workers: 2,
    },
  };

  it.each(Object.entries(plans))('repeats the run: %s', (_, input) => {
    const plan = resolvePlan(input);
    const json: unknown = JSON.parse(JSON.stringify(planToJson(plan)));
    expect(resolvePlan(json)).toEqual(plan);
    expect(planToJson(resolvePlan(json))).toEqual(planToJson(plan));
  });

  it('keeps the seed that was drawn', () => {
    const plan = resolvePlan({ ...least, seed: 'random' });
    expect(resolvePlan(planToJson(plan)).seed).toBe(plan.seed);
  });

  it('holds no credential, and says so when it is used again', () => {
    const reference = ['$', '{KEY}'].join('');
    const headers = { Authorization: 'Bearer planted', 'x-api-key': reference, 'x-tenant': 'blue' };
    const json = planToJson(resolvePlan({ load, target: { ...target, headers } }));
    expect(JSON.stringify(json)).not.toContain('planted');
    expect(json.target.headers).toEqual({ Authorization: '[redacted]', 'x-api-key': reference, 'x-tenant': 'blue' });
    expect(failure(json).message).toMatch(/^target\.headers\.Authorization: the value was not stored/);
  });
});
