import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MetronError } from '../core/errors.ts';
import type { Manifest } from '../core/manifest.ts';
import { createNamedRedactor, createRedactor, type Redact, redactJson } from '../core/redaction.ts';
import { diskFailure } from './disk-failure.ts';
import { makeFolders } from './make-folders.ts';

/** Names of the files of a run. */
export const runFiles = {
  plan: 'plan.json',
  manifest: 'manifest.json',
  records: 'records.jsonl',
  summary: 'summary.json',
  report: 'report.html',
} as const;

/** The folder of one run. Everything written passes the redactor first; a file is whole or absent. */
export class RunFolder {
  readonly path: string;
  readonly #redact: Redact;
  /** Patterns of credentials must not be searched for in a page's own code. */
  readonly #redactNamed: Redact;

  constructor(path: string, secrets: readonly string[] = []) {
    this.path = path;
    this.#redact = createRedactor(secrets);
    this.#redactNamed = createNamedRedactor(secrets);
  }

  /** Where a `RecordWriter` appends. */
  get recordsPath(): string {
    return join(this.path, runFiles.records);
  }

  /** The resolved plan: `metron run plan.json` repeats the run. */
  writePlan(plan: unknown): Promise<string> {
    return this.#writeJson(runFiles.plan, plan);
  }

  /** Once when the run starts and again when it has ended: a run that was cut keeps the first. */
  writeManifest(manifest: Manifest): Promise<string> {
    return this.#writeJson(runFiles.manifest, manifest);
  }

  /**
   * Never over another summary: without a name the next free one of `summary.json`,
   * `summary-2.json` …; a name that is taken is refused. Returns the path.
   */
  async writeSummary(summary: unknown, name?: string): Promise<string> {
    const file = name === undefined ? this.#freeSummaryName() : summaryFileName(name);
    if (existsSync(join(this.path, file))) {
      throw new MetronError('SUMMARY_EXISTS', `${join(this.path, file)} exists already`, {
        hint: 'summaries are never overwritten; choose another name',
      });
    }
    return this.#writeJson(file, summary);
  }

  /** The report can be made again from the records, so it is replaced. */
  writeReport(html: string, name: string = runFiles.report): Promise<string> {
    return this.#write(name, this.#redactNamed(html));
  }

  #freeSummaryName(): string {
    for (let i = 1; ; i++) {
      const file = i === 1 ? runFiles.summary : `summary-${i}.json`;
      if (!existsSync(join(this.path, file))) return file;
    }
  }

  #writeJson(file: string, value: unknown): Promise<string> {
    return this.#write(file, `${JSON.stringify(redactJson(value, this.#redact), null, 2)}\n`);
  }

  async #write(file: string, text: string): Promise<string> {
    const path = join(this.path, file);
    const draft = `${path}.part`;
    try {
      await writeFile(draft, text);
      await rename(draft, path);
    } catch (cause) {
      await rm(draft, { force: true }).catch(() => {});
      throw diskFailure('write', path, cause);
    }
    return path;
  }
}

function summaryFileName(name: string): string {
  const plain = name.replace(/\.json$/, '');
  if (!/^[\w][\w.-]*$/.test(plain)) {
    throw new MetronError('BAD_NAME', `"${name}" cannot name a summary`, {
      hint: 'use letters, digits, dots, dashes and underscores',
    });
  }
  return `${plain}.json`;
}

/**
 * Makes `<base>/<time>_<name>`, legal on every system; `-2`, `-3` … where that is taken.
 * `startedAt` is wall-clock time; the folder carries it in UTC.
 */
export async function createRunFolder(
  base: string,
  name: string,
  startedAt: Date,
  secrets: readonly string[] = [],
): Promise<RunFolder> {
  const stem = join(base, `${timeForFolder(startedAt)}_${nameForFolder(createRedactor(secrets)(name))}`);
  await makeFolders(base);
  for (let i = 1; ; i++) {
    const path = i === 1 ? stem : `${stem}-${i}`;
    try {
      await mkdir(path);
      return new RunFolder(path, secrets);
    } catch (cause) {
      if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST'))
        throw diskFailure('create', path, cause);
    }
  }
}

/** 2026-01-31T12-30-05Z: sorts by time, holds no colon. */
const timeForFolder = (time: Date): string =>
  time
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(':', '-');

const longestName = 60;

function nameForFolder(name: string): string {
  const plain = name.normalize('NFKD').replace(/[^\w.-]+/g, '-');
  return plain.slice(0, longestName).replace(/^[.-]+|[.-]+$/g, '') || 'run';
}
