import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { exitCodes, MetronError } from '../core/errors.ts';
import { loadPlan } from './load-plan.ts';

const folder = mkdtempSync(join(tmpdir(), 'metron-load-plan-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function failure(path: string): MetronError {
  try {
    loadPlan(path);
  } catch (cause) {
    if (cause instanceof MetronError) return cause;
    throw cause;
  }
  throw new Error('the plan was taken');
}

const yaml = `
target:
  url: http://localhost:8000/v1
  model: small
load:
  arrivals: { rate: 4 } # four a second
  duration: 30s
`;

describe('a plan file', () => {
  it('may be YAML or JSON', () => {
    const fromYaml = loadPlan(write('plan.yaml', yaml));
    const json = {
      target: { url: 'http://localhost:8000/v1', model: 'small' },
      load: { arrivals: { rate: 4 }, duration: '30s' },
    };
    expect(loadPlan(write('plan.json', JSON.stringify(json, null, 2)))).toEqual(fromYaml);
    expect(fromYaml.load.duration).toBe(30e9);
  });

  it('names files relative to itself', () => {
    mkdirSync(join(folder, 'data'));
    write('data/lengths.csv', '7\n');
    const plan = loadPlan(write('files.yaml', `${yaml}workload: { prompt: 'empirical:data/lengths.csv' }\n`));
    expect(plan.workload.prompt).toEqual({ kind: 'empirical', rows: [7] });
    const withCa = loadPlan(
      write('ca.yaml', yaml.replace('  model: small', '  model: small\n  tls: { ca: data/ca.pem }')),
    );
    expect(withCa.target.tls.ca).toBe(join(folder, 'data/ca.pem'));
  });

  it('that is not there is said to be missing', () => {
    const error = failure(join(folder, 'none.yaml'));
    expect(error.message).toMatch(/none\.yaml: there is no such file$/);
    expect(error.exitCode).toBe(exitCodes.badInput);
    expect(error.hint).toContain('metron run');
    expect(failure(folder).message).toMatch(/it is a folder$/);
  });

  it.each([
    ['a missing bracket', 'load:\n  arrivals: { rate: 4\n', 3],
    ['a key twice', 'seed: 1\nrepeat: 2\nseed: 3\n', 3],
    ['a tab as indentation', 'load:\n\tarrivals: 4\n', 2],
  ])('with %s says on which line', (_, text, line) => {
    const path = write('broken.yaml', text);
    expect(failure(path).message).toMatch(new RegExp(`broken\\.yaml:${line}:\\d+: `));
    expect(failure(path).code).toBe('PLAN_NOT_YAML');
  });

  it('that is empty lacks what every plan needs', () => {
    expect(failure(write('empty.yaml', '\n')).message).toContain('target.url: required');
  });

  it('names the line of every problem', () => {
    const path = write('wrong.yaml', yaml.replace('rate: 4', 'rate: 0').replace('30s', '30'));
    expect(failure(path).message.split('\n  ').slice(1)).toEqual([
      `load.arrivals.rate: expected > 0, got 0 (${path}:6)`,
      `load.duration: expected a duration with its unit, such as 30s or 30ms (${path}:7)`,
    ]);
  });
});
