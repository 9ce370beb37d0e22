import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RunningEngine, startEngine } from 'metron';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { metron, onlyRun, readJson, scratch } from './command-line.ts';

interface Turn {
  readonly round: number;
  readonly target: string;
  readonly run?: string;
  readonly failure?: string;
}

interface Comparison {
  readonly systems: readonly { readonly name: string; readonly rounds?: number; readonly requests: number }[];
  readonly pairs: readonly {
    readonly paired: boolean;
    readonly rounds?: number;
    readonly differences: readonly { readonly statistic: { readonly id: string }; readonly change?: number }[];
    readonly gates: readonly { readonly outcome: string }[];
  }[];
  readonly turns?: readonly { readonly round: number; readonly system: string; readonly values: object }[];
  readonly failed?: readonly { readonly name: string; readonly round: number; readonly measured: number }[];
}

let fast: RunningEngine;
let slow: RunningEngine;
beforeAll(async () => {
  fast = await startEngine({ port: 0, model: 'sim', firstTokenMs: 5, gapMs: 2 });
  slow = await startEngine({ port: 0, model: 'sim', firstTokenMs: 200, gapMs: 8 });
});
afterAll(async () => {
  await fast.close();
  await slow.close();
});

const load = '--model sim --rate 20 --requests 10 --prompt 20 --output 4 --selftest off --seed 3'.split(' ');
const compare = (...args: string[]) => metron(['compare', ...args], { HTTP_PROXY: '' });
const turnsOf = (folder: string): Turn[] =>
  readFileSync(join(folder, 'turns.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Turn);
/** A busy machine makes a measurement invalid, which is what exit code 4 is for. */
const orBusy = (code: number): number[] => [code, 4];

describe('metron compare of live servers', { timeout: 240_000 }, () => {
  const runs = scratch('compare-live');

  it('takes turns, pairs requests, clusters by round, gates, and compares what it stored again', async () => {
    const [junit, markdown] = [join(runs, 'gate.xml'), join(runs, 'gate.md')];
    const gate = ['--fail-on', 'ttft_p50 > 5%', '--junit', junit, '--markdown', markdown];
    const targets = [`before=${fast.url}`, `after=${slow.url}`];
    const done = await compare(...targets, ...load, '--rounds', '3', '--runs', join(runs, 'a'), ...gate).ended;
    expect(orBusy(1)).toContain(done.code);
    expect(done.err).toContain('round 3 of 3');
    expect(done.out).toMatch(/clustered\s+by round \(3\)/);
    expect(readFileSync(junit, 'utf8')).toContain('<failure');
    expect(readFileSync(markdown, 'utf8')).toContain('**failed**: `ttft_p50 > 5%`');

    const folder = onlyRun(join(runs, 'a'));
    const turns = turnsOf(folder);
    expect(turns.map(({ round }) => round)).toEqual([1, 1, 2, 2, 3, 3]);
    for (const { run = '' } of turns) expect(existsSync(join(folder, run, 'records.jsonl'))).toBe(true);
    const result = readJson<Comparison>(join(folder, 'comparison.json'));
    expect(result.systems.map(({ name, rounds, requests }) => [name, rounds, requests])).toEqual([
      ['A before', 3, 30],
      ['B after', 3, 30],
    ]);
    expect(result.turns?.map(({ round, system }) => [round, system.slice(2)])).toEqual(
      turns.map(({ round, target }) => [round, target]),
    );
    expect(Object.keys(result.turns?.[0]?.values ?? {})).toEqual(['fluidShare', 'ttftP50_ms', 'tpotP50_ms']);
    expect(result.pairs[0]).toMatchObject({ paired: true, rounds: 3, gates: [{ outcome: 'failed' }] });

    const again = await compare(folder, '--decode-deadline', '10ms', '--runs', join(runs, 'again'), '--json').ended;
    expect(again.code).toBe(0);
    expect(JSON.parse(again.out).pairs[0].paired).toBe(true);
    const mixed = await compare(folder, join(folder, turns[0]?.run ?? ''), '--force', '--runs', join(runs, 'mixed'))
      .ended;
    expect(mixed.code).toBe(0);
    expect(mixed.out).toContain('could find');
  });

  it('keeps what a server that dies left, says so, and goes on when it is back', async () => {
    const mortal = await startEngine({ port: 0, model: 'sim', firstTokenMs: 5, gapMs: 2 });
    const port = Number(new URL(mortal.url).port);
    const targets = [`stays=${fast.url}`, `dies=${mortal.url}`];
    const running = compare(...targets, ...load, '--rounds', '4', '--runs', join(runs, 'dead'));
    await running.says('round 3 of 4');
    await mortal.close();
    const ended = await running.ended;
    expect(orBusy(3)).toContain(ended.code);
    expect(ended.out).toContain('dies could not be measured in round');
    const folder = onlyRun(join(runs, 'dead'));
    const had = turnsOf(folder).filter(({ run }) => run !== undefined);
    expect(had.length).toBeGreaterThanOrEqual(4);

    const back = await startEngine({ port, model: 'sim', firstTokenMs: 5, gapMs: 2 });
    const resumed = await compare('--resume', folder).ended;
    await back.close();
    expect(orBusy(0)).toContain(resumed.code);
    const { failed, systems } = readJson<Comparison>(join(folder, 'comparison.json'));
    expect(failed).toBeUndefined();
    expect(systems.map(({ rounds }) => rounds)).toEqual([4, 4]);
    const runsHad = turnsOf(folder).flatMap(({ run }) => run ?? []);
    for (const { run } of had) expect(runsHad.filter((each) => each === run)).toHaveLength(1);
  });

  it('is interrupted without loss', async () => {
    const running = compare(`a=${fast.url}`, `b=${slow.url}`, ...load, '--rounds', '50', '--runs', join(runs, 'int'));
    await running.says('round 2 of 50');
    running.child.kill('SIGINT');
    expect((await running.ended).code).toBe(130);
    expect(turnsOf(onlyRun(join(runs, 'int'))).length).toBeGreaterThanOrEqual(2);
  });

  it('refuses what makes no comparison', async () => {
    for (const [args, words] of [
      [[fast.url, ...load], 'at least two'],
      [[fast.url, fast.url, ...load], 'two targets are called'],
      [[fast.url, slow.url, ...load, '--rounds', '0'], '--rounds'],
      [[fast.url, slow.url, '--model', 'sim'], 'load'],
      [['--resume', runs], 'not the folder of a live comparison'],
    ] as const) {
      const { code, err } = await compare(...args).ended;
      expect(code).toBe(2);
      expect(err).toContain(words);
    }
    const dead = await compare('a=http://127.0.0.1:9/v1', 'b=http://127.0.0.1:9/v1', ...load, '--runs', runs).ended;
    expect(dead.code).toBe(3);
  });
});
