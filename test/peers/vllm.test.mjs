import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { chooseTools, parsePeerOptions } from '../../bench/peers/choose.mjs';
import { Skipped } from '../../bench/peers/install.mjs';
import { joinStreams } from '../../bench/peers/join.mjs';
import { vllmPython, vllmRust } from '../../bench/peers/tools/vllm.mjs';
import { capture } from '../../scripts/child.mjs';

const folder = mkdtempSync(join(tmpdir(), 'metron-peers-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const work = { url: 'http://127.0.0.1:9', folder, streams: 2, requests: 4, tokens: 3, tokenizer: '/tokenizer' };

const stamps = [1_000_000_000_000_000, 1_000_000_020_000_000, 1_000_000_040_000_000];
const text = stamps.map((stamp) => ` ${stamp}`).join('');
/** As the tools write it with --save-detailed: the second request failed. */
const result = {
  date: '20261124-120000',
  completed: 1,
  failed: 1,
  ttfts: [0.31, 0],
  itls: [[0.02, 0.0205, 0.00001], []],
  generated_texts: [text, ''],
  errors: ['', 'Server disconnected'],
};

/** A program that takes the place of a binary: says its version, or keeps what it was told and leaves a result. */
function program(name, body) {
  const path = join(folder, `${name}.cjs`);
  writeFileSync(path, `#!${process.execPath}\n${body}`);
  chmodSync(path, 0o755);
  return path;
}

describe('the tools of a comparison', () => {
  const names = (...args) => chooseTools(parsePeerOptions(args)).map(({ name }) => name);

  it('leave out what has to be asked for', () => {
    expect(names()).not.toContain('vllm-python');
    expect(names()).not.toContain('vllm-bench');
  });

  it('take in what is asked for', () => {
    expect(names('--vllm-bench', './vllm-bench').slice(0, 2)).toEqual(['metron', 'vllm-bench']);
    expect(names('--vllm-bench-python').at(-1)).toBe('vllm-python');
    expect(names('--vllm-bench', 'x', '--only', 'vllm-bench,metron')).toEqual(['metron', 'vllm-bench']);
  });

  it('are refused by a name that is unknown, or was not made known', () => {
    expect(() => names('--only', 'metron,vllm-bench')).toThrow(/unknown: vllm-bench; known: metron/);
    expect(() => names('--vllm-bench')).toThrow(/argument missing/);
    expect(() => names('--vllm')).toThrow(/--vllm/);
  });
});

describe('vllm-bench', () => {
  it('is skipped with a reason where there is none, or none that runs', async () => {
    const reason = (path) =>
      vllmRust(path)
        .install()
        .then(
          () => undefined,
          (error) => error,
        );
    for (const [path, said] of [
      [join(folder, 'missing'), /there is no .*missing/],
      [folder, /cannot be run: .*EACCES/],
      [program('wrong', 'console.log("no such option"); process.exit(2)'), /cannot be run: no such option/],
    ]) {
      const error = await reason(path);
      expect(error).toBeInstanceOf(Skipped);
      expect(error.message).toMatch(said);
    }
  });

  it('takes part with the version that it tells', async () => {
    const path = program('right', 'console.log("vllm-bench 0.1.0")');
    expect(await vllmRust(path).install()).toEqual({ version: 'vllm-bench 0.1.0' });
  });

  it('is given the work by options, and its result is read from the file that they name', async () => {
    const path = program(
      'run',
      `const { writeFileSync } = require('node:fs');
       const { values } = require('node:util').parseArgs({ args: process.argv.slice(2), strict: false, options: {
         'result-dir': { type: 'string' }, 'result-filename': { type: 'string' }, 'dataset-path': { type: 'string' },
         'base-url': { type: 'string' }, 'num-prompts': { type: 'string' }, 'max-concurrency': { type: 'string' },
         'custom-output-len': { type: 'string' }, 'save-result': { type: 'boolean' }, 'save-detailed': { type: 'boolean' } } });
       console.log(JSON.stringify(values));
       writeFileSync(values['result-dir'] + '/' + values['result-filename'], ${JSON.stringify(JSON.stringify(result))});`,
    );
    const tool = vllmRust(path);
    const { command, args, env } = tool.command(work);
    const { code, output } = await capture(command, args, { env: { ...process.env, ...env } });
    expect(code).toBe(0);
    const told = JSON.parse(output);
    expect(told).toMatchObject({
      'base-url': work.url,
      'num-prompts': '4',
      'max-concurrency': '2',
      'custom-output-len': '3',
      'save-result': true,
      'save-detailed': true,
    });
    const prompts = readFileSync(told['dataset-path'], 'utf8').trim().split('\n');
    expect(new Set(prompts.map((line) => JSON.parse(line).prompt)).size).toBe(4);

    const { streams } = tool.read(work);
    expect(streams).toEqual([{ ttft: 310e6, gaps: [20e6, 20.5e6], stamps }]);
    const log = [{ request: 0, receivedAt: stamps[0] - 310e6, sentAt: Float64Array.from(stamps) }];
    expect(joinStreams(streams, log).tokenGaps).toMatchObject({ n: 2, p99: expect.closeTo(0.5e6, -2) });
  });
});

describe('vllm bench serve', () => {
  it('is skipped with a reason where no Python will do', async () => {
    const before = process.env.METRON_PYTHON;
    onTestFinished(() => {
      if (before === undefined) delete process.env.METRON_PYTHON;
      else process.env.METRON_PYTHON = before;
    });
    process.env.METRON_PYTHON = join(folder, 'no-python');
    await expect(vllmPython.install(folder, () => {})).rejects.toThrow(/needs Python 3.10 or newer/);
    await expect(vllmPython.install(folder, () => {})).rejects.toBeInstanceOf(Skipped);
  });

  it('is the same program behind two more words', () => {
    const { command, args } = vllmPython.command({ ...work, place: { bin: '/scratch/bin' } });
    expect([command, ...args.slice(0, 2)]).toEqual(['/scratch/bin/vllm', 'bench', 'serve']);
    expect(args.slice(2)).toEqual(vllmRust('x').command(work).args);
  });
});
