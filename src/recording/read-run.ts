import { access, constants, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MetronError } from '../core/errors.ts';
import type { Manifest } from '../core/manifest.ts';
import type { RequestRecord } from '../core/record.ts';
import { notSuchFolder } from './folder-kind.ts';
import { readRecords } from './record-reader.ts';
import { runFiles } from './run-folder.ts';

/** A stored run. */
export interface StoredRun {
  readonly folder: string;
  /** As it was written; absent where it is missing or damaged. */
  readonly plan?: unknown;
  readonly manifest?: Manifest;
  /** In order of id. */
  readonly records: readonly RequestRecord[];
  /** The run did not end by itself: what follows is what had been written when it was cut. */
  readonly cut: boolean;
  /** What could not be read, one sentence each. */
  readonly problems: readonly string[];
}

/** Reads a run back, also one that was cut by `kill -9`. A folder that is no run is refused. */
export async function readRun(folder: string): Promise<StoredRun> {
  await expectRunFolder(folder);
  const problems: string[] = [];
  const plan = await readJson(join(folder, runFiles.plan), problems);
  const manifest = await manifestOf(folder, problems);
  const records: RequestRecord[] = [];
  const seen = new Set<number>();
  let cut = manifest?.endedAt === undefined;
  const onProblem = ({ line, text, cut: isCut }: { line: number; text: string; cut: boolean }): void => {
    cut ||= isCut;
    problems.push(
      isCut ? `the last record (line ${line}) was cut off while it was written` : `record in line ${line}: ${text}`,
    );
  };
  for await (const record of readRecords(join(folder, runFiles.records), { onProblem })) {
    if (seen.has(record.id)) problems.push(`request ${record.id} is recorded twice; the first record counts`);
    else records.push(record);
    seen.add(record.id);
  }
  records.sort((a, b) => a.id - b.id);
  return { folder, ...(plan !== undefined && { plan }), ...(manifest && { manifest }), records, cut, problems };
}

/** What a stored run says of itself, without its records; undefined where that is missing or damaged. */
export async function readManifest(folder: string): Promise<Manifest | undefined> {
  await expectRunFolder(folder);
  return manifestOf(folder, []);
}

const manifestOf = async (folder: string, problems: string[]): Promise<Manifest | undefined> =>
  asManifest(await readJson(join(folder, runFiles.manifest), problems), problems);

async function expectRunFolder(folder: string): Promise<void> {
  const records = join(folder, runFiles.records);
  const file = await stat(records).catch(() => undefined);
  if (!file) throw notSuchFolder('NOT_A_RUN', folder, 'run');
  if (!file.isFile()) throw notARun(`${records} is a folder`);
  await access(records, constants.R_OK).catch((cause: unknown) => {
    throw notARun(`${records} cannot be read`, cause);
  });
}

function notARun(message: string, cause?: unknown): MetronError {
  return new MetronError('NOT_A_RUN', message, {
    hint: 'give a folder that `metron run` wrote, such as runs/<time>_<name>',
    cause,
  });
}

async function readJson(path: string, problems: string[]): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    problems.push(`${path} ${missing ? 'is missing' : 'cannot be read'}`);
    return undefined;
  }
}

function asManifest(value: unknown, problems: string[]): Manifest | undefined {
  if (value === undefined) return undefined;
  const schema = typeof value === 'object' && value !== null && 'schema' in value ? value.schema : undefined;
  if (schema === 'metron.manifest/1') return value as Manifest;
  if (typeof schema === 'string' && schema.startsWith('metron.manifest/')) {
    throw new MetronError('NEWER_RUN', `the run was written by another version of metron (${schema})`, {
      hint: 'use the metron that made it, or a newer one',
    });
  }
  problems.push(`${runFiles.manifest} is not a manifest of metron`);
  return undefined;
}
