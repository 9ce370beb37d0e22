import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createRawServer } from 'node:net';
import { join } from 'node:path';
import { type RunningEngine, startEngine } from 'metron';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { metron, scratch } from './command-line.ts';

let engine: RunningEngine;
const runs = scratch('bad');

beforeAll(async () => {
  engine = await startEngine({ port: 0, model: 'sim', firstTokenMs: 5, gapMs: 2 });
});

afterAll(() => engine.close());

/** One sentence, a hint, the right code, and no stack trace. */
async function refused(args: readonly string[], code: number, ...patterns: RegExp[]): Promise<void> {
  const ended = await metron([...args], { HTTP_PROXY: '', HTTPS_PROXY: '' }).ended;
  for (const pattern of patterns) expect(ended.err).toMatch(pattern);
  expect(ended.err).not.toMatch(/\n\s+at .*\.js:\d+/);
  expect(ended.code).toBe(code);
}

const quick = ['--rate', '5', '--duration', '500ms', '--prompt', '20', '--output', '4', '--runs', runs];

function listen(server: Server | ReturnType<typeof createRawServer>): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`));
  });
}

describe('bad input gets one clear sentence, a hint and its exit code', () => {
  it('unreachable server', async () => {
    const gone = createRawServer();
    const url = await listen(gone);
    await new Promise((resolve) => gone.close(resolve));
    await refused(['run', '--url', url, '--model', 'sim', ...quick], 3, /refused|reach|connect/i, /hint:/);
  });

  it('wrong path', () =>
    refused(
      ['run', '--url', engine.url.replace('/v1', '/wrong'), '--model', 'sim', ...quick],
      2,
      /404/,
      /hint:.*\/v1/,
    ));

  it('unknown model lists those the server has', () =>
    refused(['run', '--url', engine.url, '--model', 'nonsense', ...quick], 2, /nonsense/, /sim/));

  it('a server that never answers', async () => {
    const silent = createRawServer(() => {});
    const url = await listen(silent);
    const args = ['--first-token-timeout', '1s'];
    await refused(['run', '--url', url, '--model', 'sim', ...quick, ...args], 3, /answer/, /hint:/);
    silent.close();
  });

  it('a server that refuses the key', async () => {
    const server = createServer((_request, response) => {
      response.writeHead(401, { 'content-type': 'application/json' }).end('{"error":{"message":"invalid key"}}');
    });
    const url = await listen(server);
    await refused(['run', '--url', url, '--model', 'sim', ...quick], 2, /401/, /--api-key-env/);
    server.close();
  });

  it('a server that answers without streaming: measured, and fluidity called not meaningful', async () => {
    const ended = await metron([
      ...['run', '--url', engine.url, '--model', 'sim', ...quick, '--header', 'X-Sim-Fault=no-stream'],
    ]).ended;
    expect([0, 4]).toContain(ended.code);
    expect(ended.out).toMatch(/all at once|not meaningful|without streaming/);
  });

  it('a key that is not there', () =>
    refused(
      ['run', '--url', engine.url, '--model', 'sim', ...quick, '--api-key-env', 'NOT_SET_ANYWHERE'],
      2,
      /NOT_SET_ANYWHERE/,
      /hint:/,
    ));

  it('unknown key in a plan, with the nearest known one and every other problem', async () => {
    const file = join(scratch('plan'), 'plan.yaml');
    writeFileSync(
      file,
      'target: { url: http://localhost:1/v1, modle: sim }\nload: { arrivals: { kind: poisson, rate: 0 } }\n',
    );
    await refused(['plan', file], 2, /modle/, /model/, /load\.arrivals\.rate/);
  });

  it.each([
    ['rate 0', ['--rate', '0'], /rate/],
    ['negative duration', ['--rate', '1', '--duration', '-5s'], /duration/],
    ['min > max', ['--rate', '1', '--prompt', '200..100'], /prompt/],
    ['both loops', ['--rate', '1', '--users', '2'], /users|closed|arrivals/],
  ])('impossible plan: %s', (_name, args, pattern) =>
    refused(['plan', '--url', 'http://localhost:1/v1', '--model', 'm', ...args], 2, pattern),
  );

  it('a flag that does not exist', () => refused(['run', '--ulr', 'x'], 2, /--ulr/, /--url/));

  it('a folder that is no run, a file, and nothing', async () => {
    const folder = scratch('foreign');
    await refused(['score', folder], 2, /run/, /hint:/);
    const file = join(folder, 'x.txt');
    writeFileSync(file, 'x');
    await refused(['score', file], 2, /file/, /hint:/);
    await refused(['score', join(folder, 'missing')], 2, /no folder/, /hint:/);
    const records = join(folder, 'alien');
    mkdirSync(records);
    writeFileSync(join(records, 'records.jsonl'), '{"hello":"world"}\n');
    await refused(['score', records], 2, /records/, /hint:/);
  });

  it('a folder that is not there, or of another kind, where a verb needs one', { timeout: 60_000 }, async () => {
    const folder = scratch('kinds');
    const of = (name: string, file: string): string => {
      const made = join(folder, name);
      mkdirSync(made);
      writeFileSync(join(made, file), '{}');
      return made;
    };
    const [run, sweep] = [of('run', 'records.jsonl'), of('sweep', 'grid.json')];
    const [search, compared] = [of('search', 'search.json'), of('compared', 'comparison.json')];
    const missing = join(folder, 'missing');
    for (const [args, said, hint] of [
      [['capacity', '--resume', missing], /there is no folder/, /`metron capacity` wrote/],
      [['capacity', '--resume', run], /folder of a run, not of a capacity search/, /metron report/],
      [['capacity', '--resume', sweep], /folder of a sweep, not of a capacity search/, /metron sweep --resume/],
      [['sweep', '--resume', missing], /there is no folder/, /`metron sweep` wrote/],
      [['sweep', '--resume', search], /capacity search, not of a sweep/, /metron capacity --resume/],
      [['compare', '--resume', missing], /there is no folder/, /`metron compare http/],
      [['compare', '--resume', run], /folder of a run, not of a live comparison/, /metron report/],
      [['compare', run, missing], /there is no folder/, /folders of runs, .*servers/],
      [['compare', sweep, sweep], /folder of a sweep, not of a run/, /cells/],
      [['report', missing], /there is no folder/, /`metron run` wrote/],
      [['report', sweep], /folder of a sweep, not of a run/, /cells/],
      [['report', search], /capacity search, not of a run/, /probes/],
      [['report', compared], /folder of a comparison, not of a run/, /comparison\.html/],
      [['audit', missing], /there is no folder/, /hint:/],
    ] as const) {
      await refused(args, 2, said, hint);
    }
  });

  it('a folder where no run can be made', async () => {
    const file = join(scratch('nodir'), 'file');
    writeFileSync(file, 'x');
    await refused(['run', '--url', engine.url, '--model', 'sim', ...quick.slice(0, -1), file], 5, /file/);
  });

  it('without a target says what is missing', () => refused(['run', '--rate', '4'], 2, /url/, /model/));
});
