import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Manifest, readRun } from 'metron';
import { expect } from 'vitest';
import { metron, onlyRun, readJson, scratch } from './command-line.ts';

/** A command line whose threads do this when `happen` is called; `where` is looked at in each of them. */
export function prepared(where: string, what: string): { env: Record<string, string>; happen: () => void } {
  const folder = scratch('grief');
  const [code, sign] = [join(folder, 'first.mjs'), join(folder, 'now')];
  const watch = `setInterval(() => { if (existsSync(${JSON.stringify(sign)})) { ${what} } }, 20).unref();`;
  writeFileSync(
    code,
    `import { existsSync } from 'node:fs';
     import { isMainThread, workerData } from 'node:worker_threads';
     if (${where}) ${watch}`,
  );
  return { env: { NODE_OPTIONS: `--import=${code}` }, happen: () => writeFileSync(sign, '') };
}

export const hangs = 'for (;;);';
export const hoards = 'for (const kept = []; ; ) kept.push(Array.from({ length: 1000 }, Math.random));';

/** Waits until a run has records of answers. */
export async function firstRecords(runs: string): Promise<void> {
  for (;;) {
    const [path] = readdirSync(runs).map((run) => join(runs, run, 'records.jsonl'));
    if (path && existsSync(path) && readFileSync(path, 'utf8').includes('"completed"')) return;
    await sleep(20);
  }
}

/** Worker 0 of 2, which carries the even requests, does this in mid-run: the run goes on without it and says so. */
export async function goesOnWithoutWorker(target: readonly string[], what: string, why: RegExp): Promise<void> {
  const { env, happen } = prepared('!isMainThread && workerData?.load && workerData.index === 0', what);
  const runs = scratch('lost-worker');
  const load = [
    '--output',
    '50',
    '--arrivals',
    'constant',
    '--rate',
    '20',
    '--duration',
    '8s',
    '--workers',
    '2',
    '--runs',
    runs,
  ];
  const running = metron(['run', ...target, ...load], env);
  await firstRecords(runs);
  happen();
  const { code, out } = await running.ended;
  expect(code).toBe(4);
  expect(out).toContain('invalid measurement');
  expect(out).toMatch(/Workers lost: 1/);
  expect(out).toContain('receiving worker lost');

  const folder = onlyRun(runs);
  const { certificate } = readJson<Manifest>(join(folder, 'manifest.json'));
  expect(certificate?.verdict).toBe('invalid');
  const { records, cut, problems } = await readRun(folder);
  expect({ cut, problems }).toEqual({ cut: false, problems: [] });
  expect(records.map(({ id }) => id).sort((a, b) => a - b)).toEqual(Array.from({ length: 160 }, (_, id) => id));
  for (const { id, outcome } of records) if (id % 2 === 1) expect(outcome.status).toBe('completed');
  // What it had read is kept; what it had open or had not sent yet is told from the server's failures.
  const lost = records.filter(({ outcome }) => outcome.status !== 'completed');
  expect(lost.length).toBeGreaterThan(0);
  for (const { outcome } of lost) {
    expect(JSON.stringify(outcome)).toContain('receiving worker lost');
    expect(JSON.stringify(outcome)).toMatch(why);
  }
}

/** The recorder does this in mid-run: the run ends with an error that says why, and what is on the disk can be scored. */
export async function endsWithoutRecorder(target: readonly string[], what: string, why: string): Promise<void> {
  const { env, happen } = prepared('!isMainThread && workerData?.protocol', what);
  const runs = scratch('lost-recorder');
  const load = ['--output', '12', '--rate', '20', '--duration', '600s', '--runs', runs];
  const running = metron(['run', ...target, ...load], env);
  await firstRecords(runs);
  happen();
  const { code, err } = await running.ended;
  const folder = onlyRun(runs);
  expect({ code, err }).toEqual({ code: 5, err: expect.stringContaining(`the thread that writes records ${why}`) });
  expect(err).toContain(`metron score ${folder}`);

  const scored = await metron(['score', folder, '--decode-deadline', '25ms']).ended;
  expect(scored).toMatchObject({ code: 0, err: expect.stringContaining('cut') });
  expect(scored.out).toContain('D_d 25 ms');
}
