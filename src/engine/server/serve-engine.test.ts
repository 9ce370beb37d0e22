import { type ChildProcess, spawn } from 'node:child_process';
import { cp, mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';

let entry: string;
let folder: string;

/** The engine as a program of its own, bundled since this Node may not run TypeScript. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'metron-serve-'));
  entry = join(folder, 'dist', 'engine', 'server', 'program.mjs');
  await cp(fileURLToPath(new URL('../../../package.json', import.meta.url)), join(folder, 'package.json'));
  await build({
    stdin: {
      contents: `import { serveEngine } from './serve-engine.ts'; await serveEngine(JSON.parse(process.argv[2]));`,
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: entry,
  });
}, 60_000);

function run(options: object, stdio: 'pipe' | 'ipc' = 'pipe'): { child: ChildProcess; exit: Promise<number | null> } {
  const child = spawn(process.execPath, [entry, JSON.stringify(options)], {
    stdio: stdio === 'pipe' ? ['pipe', 'pipe', 'inherit'] : ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  return { child, exit: new Promise((resolve) => child.once('exit', resolve)) };
}

async function firstLine(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) return line;
  return '';
}

const engine = { port: 0, firstTokenMs: 5, gapMs: 1 };

describe('the engine as a process', () => {
  it('says where it listens, serves, and ends cleanly on SIGTERM', async () => {
    const trace = join(folder, 'truth.jsonl');
    const { child, exit } = run({ engine: { ...engine, trace } });
    const [, url] = /^listening on (http:\/\/127\.0\.0\.1:\d+\/v1)$/.exec(await firstLine(child)) ?? [];
    expect(url).toBeDefined();
    const answer = await fetch(`${url}/completions`, {
      method: 'POST',
      body: JSON.stringify({ model: 'metron-sim', prompt: 'x', max_tokens: 3 }),
    });
    expect(answer.status).toBe(200);
    await answer.text();
    child.kill('SIGTERM');
    expect(await exit).toBe(0);
    expect(JSON.parse(await readFile(trace, 'utf8'))).toMatchObject({ end: 'finished' });
  }, 30_000);

  it('says so in JSON for machines', async () => {
    const { child, exit } = run({ engine, json: true });
    expect(JSON.parse(await firstLine(child))).toMatchObject({ url: expect.stringMatching(/^http/), pid: child.pid });
    child.kill('SIGINT');
    expect(await exit).toBe(0);
  }, 30_000);

  it('ends when its stdin closes, if told to go with its parent', async () => {
    const { child, exit } = run({ engine, exitWithParent: true });
    await firstLine(child);
    child.stdin!.end();
    expect(await exit).toBe(0);
  }, 30_000);

  it('ends when the channel to its parent closes', async () => {
    const { child, exit } = run({ engine }, 'ipc');
    await firstLine(child);
    child.disconnect();
    expect(await exit).toBe(0);
  }, 30_000);

  it('ends with open streams too', async () => {
    const { child, exit } = run({ engine: { ...engine, gapMs: 1000 } });
    const [, url] = /^listening on (.*)$/.exec(await firstLine(child)) ?? [];
    const answer = await fetch(`${url}/completions`, {
      method: 'POST',
      body: JSON.stringify({ model: 'metron-sim', prompt: 'x', max_tokens: 100, ignore_eos: true, stream: true }),
    });
    const cut = answer.text().catch(() => 'cut');
    child.kill('SIGTERM');
    expect(await exit).toBe(0);
    expect(await cut).toBe('cut');
  }, 30_000);
});
