import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exitCodes, MetronError } from '../core/errors.ts';
import type { RequestRecord } from '../core/record.ts';
import { nanoseconds, seconds } from '../core/units.ts';
import { declared, endManifest, startManifest } from './manifest.ts';
import { readRun } from './read-run.ts';
import { recordToJson } from './record-json.ts';
import { readRecords } from './record-reader.ts';
import { RecordWriter } from './record-writer.ts';
import { createRunFolder } from './run-folder.ts';

let base: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'metron-run-'));
});
afterEach(() => rm(base, { recursive: true, force: true }));

const startedAt = new Date('2026-03-04T05:06:07.891Z');

const recordOf = (id: number, more: Partial<RequestRecord> = {}): RequestRecord => ({
  id,
  phase: 'measure',
  scheduledAt: nanoseconds(id * 1e6),
  prompt: {},
  output: {},
  chunks: { at: [id * 1e6 + 5], tokens: [1], kind: [0], bytes: [100], read: [1] },
  outcome: { status: 'completed' },
  ...more,
});

const manifest = startManifest({
  metron: '1.2.3',
  run: { id: 'r1', name: 'test' },
  startedAt,
  seed: 7,
  instrument: { workers: 1, transportPaths: ['B'], clock: 'monotonic' },
  target: { url: 'http://127.0.0.1:8000/v1', protocol: 'openai-chat' },
  disclosure: { model: declared('m') },
});

const ended = endManifest(manifest, { endedBy: 'schedule', drainedAt: seconds(20) });

const failWith = () => (error: MetronError) => {
  throw error;
};

function write(path: string, records: readonly RequestRecord[]): void {
  const writer = new RecordWriter(path, { onError: failWith() });
  for (const record of records) writer.append(record);
  writer.close();
}

async function finishedRun(count: number) {
  const folder = await createRunFolder(base, 'test', startedAt);
  await folder.writePlan({ target: 'x' });
  await folder.writeManifest(ended);
  write(
    folder.recordsPath,
    Array.from({ length: count }, (_, i) => recordOf(count - 1 - i)),
  );
  return folder;
}

const rejection = async (promise: Promise<unknown>): Promise<MetronError> => {
  const error = await promise.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  expect(error).toBeInstanceOf(MetronError);
  return error as MetronError;
};

describe('the folder of a run', () => {
  it('has a name that is legal everywhere and belongs to one run', async () => {
    const names = ['my run: 1/2?', 'my run: 1/2?', '', '..\\evil', 'ä'.repeat(100)];
    const folders = [];
    for (const name of names) folders.push(await createRunFolder(join(base, 'deep', 'runs'), name, startedAt));
    const created = await readdir(join(base, 'deep', 'runs'));
    expect(created).toHaveLength(names.length);
    expect(created).toContain('2026-03-04T05-06-07Z_my-run-1-2');
    expect(created).toContain('2026-03-04T05-06-07Z_my-run-1-2-2');
    for (const name of created) expect(name).toMatch(/^2026-03-04T05-06-07Z_[\w.-]{1,70}$/);
  });

  it('gives back what was put in, in order of id', async () => {
    const folder = await finishedRun(500);
    const run = await readRun(folder.path);
    expect(run.plan).toEqual({ target: 'x' });
    expect(run.manifest).toEqual(JSON.parse(JSON.stringify(ended)));
    expect(run.manifest?.endedAt).toBe('2026-03-04T05:06:27.891Z');
    expect(run.records.map(({ id }) => id)).toEqual(Array.from({ length: 500 }, (_, i) => i));
    expect(run).toMatchObject({ cut: false, problems: [] });
  });

  it('never overwrites a summary, and replaces a report', async () => {
    const folder = await finishedRun(1);
    const written = [
      await folder.writeSummary({ n: 1 }),
      await folder.writeSummary({ n: 2 }),
      await folder.writeSummary({ n: 3 }, 'strict'),
    ];
    expect(written.map((path) => path.slice(folder.path.length + 1))).toEqual([
      'summary.json',
      'summary-2.json',
      'strict.json',
    ]);
    expect(JSON.parse(await readFile(written[0]!, 'utf8'))).toEqual({ n: 1 });
    expect((await rejection(folder.writeSummary({}, 'strict.json'))).exitCode).toBe(exitCodes.badInput);
    expect((await rejection(folder.writeSummary({}, '../elsewhere'))).exitCode).toBe(exitCodes.badInput);
    await folder.writeReport('<p>1</p>');
    const report = await folder.writeReport('<p>2</p>');
    expect(await readFile(report, 'utf8')).toBe('<p>2</p>');
    expect((await readdir(folder.path)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('that cannot be made is a failure of the disk', async () => {
    await writeFile(join(base, 'file'), '');
    const error = await rejection(createRunFolder(join(base, 'file', 'runs'), 'x', startedAt));
    expect(error.exitCode).toBe(exitCodes.internal);
    expect(error.message).toMatch(/cannot create .*: a part of the path is a file/);
  });

  it('is refused, not waited for, where the file system makes no folders', {
    skip: platform() !== 'linux',
  }, async () => {
    const error = await rejection(createRunFolder('/proc/metron/runs', 'x', startedAt));
    expect(error.message).toMatch(/^cannot create \/proc\/metron: /);
  });
});

describe('a run that was cut', () => {
  it('is read up to where it was cut, wherever that is', async () => {
    const whole = `${recordToJson(recordOf(0))}\n${recordToJson(recordOf(1))}\n`;
    const folder = await createRunFolder(base, 'cut', startedAt);
    await folder.writeManifest(manifest);
    const first = whole.indexOf('\n');
    for (let end = 0; end <= whole.length; end += 7) {
      await writeFile(folder.recordsPath, whole.slice(0, end));
      const { records, cut, problems } = await readRun(folder.path);
      expect(cut).toBe(true);
      expect(records.length).toBe(end >= whole.length - 1 ? 2 : end >= first ? 1 : 0);
      const isPartial = end > 0 && end !== first && end !== first + 1 && end < whole.length - 1;
      expect(problems.some((problem) => problem.includes('cut off while it was written'))).toBe(isPartial);
    }
  });

  it('may have lost its plan and its manifest', async () => {
    const folder = await createRunFolder(base, 'bare', startedAt);
    write(folder.recordsPath, [recordOf(0)]);
    const { records, cut, problems, manifest: none } = await readRun(folder.path);
    expect([records.length, cut, none]).toEqual([1, true, undefined]);
    expect(problems).toEqual([
      expect.stringMatching(/plan.json is missing/),
      expect.stringMatching(/manifest.json is missing/),
    ]);
  });

  it('by kill -9 keeps everything that was flushed', async () => {
    const folder = await createRunFolder(base, 'killed', startedAt);
    const script = join(base, 'writer.mjs');
    await build({
      stdin: {
        contents: `
          import { RecordWriter } from './record-writer.ts';
          const writer = new RecordWriter(${JSON.stringify(folder.recordsPath)}, { onError: () => {} });
          const record = ${JSON.stringify(recordOf(0))};
          let id = 0;
          setInterval(() => {
            for (let i = 0; i < 50; i++) writer.append({ ...record, id: id++ });
            writer.flushIfDue();
            process.stdout.write(id + '\\n');
          }, 20);`,
        resolveDir: import.meta.dirname,
      },
      outfile: script,
      bundle: true,
      platform: 'node',
      format: 'esm',
    });
    const writer = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    let appended = 0;
    writer.stdout.on('data', (text) => {
      appended = Number(String(text).trim().split('\n').at(-1));
      if (appended > 2000) writer.kill('SIGKILL');
    });
    await once(writer, 'exit');
    const { records, cut } = await readRun(folder.path);
    expect(cut).toBe(true);
    // At most a flush interval is missing; on a busy machine a turn may be late.
    expect(records.length).toBeGreaterThan(0);
    expect(records.map(({ id }) => id)).toEqual(Array.from({ length: records.length }, (_, i) => i));
  }, 30_000);
});

describe('a damaged or foreign folder', () => {
  it('loses the damaged line, not the others', async () => {
    const folder = await finishedRun(2);
    await appendFile(folder.recordsPath, `garbage\n${recordToJson(recordOf(2))}\n${recordToJson(recordOf(2))}\n`);
    const { records, cut, problems } = await readRun(folder.path);
    expect(records.map(({ id }) => id)).toEqual([0, 1, 2]);
    expect(cut).toBe(false);
    expect(problems).toEqual([
      expect.stringMatching(/^record in line 3: /),
      'request 2 is recorded twice; the first record counts',
    ]);
  });

  it.each([
    ['nothing there', async (path: string) => rm(path, { recursive: true }), /there is no folder/],
    ['an empty folder', async () => {}, /has no records.jsonl/],
    [
      'records of somebody else',
      (path: string) => writeFile(join(path, 'records.jsonl'), '{"latency": 3}\n{"latency": 4}\n'),
      /holds no metron records/,
    ],
    [
      'records of a newer metron',
      (path: string) => writeFile(join(path, 'records.jsonl'), '{"v":99}\n'),
      /newer metron/,
    ],
    ['a folder for records', (path: string) => mkdir(join(path, 'records.jsonl')), /is a folder/],
  ])('%s is refused with a hint', async (_, prepare, message) => {
    const path = join(base, 'foreign');
    await mkdir(path);
    await prepare(path);
    const error = await rejection(readRun(path));
    expect(error.message).toMatch(message);
    expect(error.exitCode).toBe(exitCodes.badInput);
    expect(error.hint).toBeTruthy();
  });

  it('a manifest of a version to come is refused', async () => {
    const folder = await finishedRun(1);
    await writeFile(join(folder.path, 'manifest.json'), '{"schema":"metron.manifest/2"}');
    expect((await rejection(readRun(folder.path))).message).toMatch(/another version of metron/);
  });
});

describe('the writer', () => {
  it('writes nothing twice and everything by its end, in few writes', async () => {
    const path = join(base, 'records.jsonl');
    write(path, [recordOf(0), recordOf(1)]);
    write(path, [recordOf(2)]);
    const ids = [];
    for await (const { id } of readRecords(path)) ids.push(id);
    expect(ids).toEqual([0, 1, 2]);
  });

  it('reads lines longer than its buffer and characters of several bytes', async () => {
    const path = join(base, 'records.jsonl');
    const text = '€'.repeat(700_000);
    write(path, [recordOf(0, { text }), recordOf(1), recordOf(2, { text })]);
    const lengths = [];
    for await (const record of readRecords(path)) lengths.push(record.text?.length);
    expect(lengths).toEqual([700_000, undefined, 700_000]);
  });

  if (existsSync('/dev/full')) {
    it('tells once that the disk is full and drops nothing', () => {
      const errors: MetronError[] = [];
      const writer = new RecordWriter('/dev/full', { onError: (error) => errors.push(error) });
      writer.append(recordOf(0));
      writer.flush();
      writer.append(recordOf(1));
      writer.flush();
      expect(errors).toHaveLength(1);
      expect(errors[0]).toMatchObject({
        exitCode: exitCodes.internal,
        message: 'cannot write /dev/full: the disk is full',
      });
      expect(writer.unwrittenBytes).toBe(`${recordToJson(recordOf(0))}\n${recordToJson(recordOf(1))}\n`.length);
      writer.close();
    });
  }
});
