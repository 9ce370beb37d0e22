import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type SteadySummary, scoreWithSteadyState } from '../analyses/steady-score.ts';
import { resolvePlan, scorePolicy } from '../config/index.ts';
import type { Manifest } from '../core/manifest.ts';
import { defaultPolicy, type ScorePolicy, type Summary } from '../metrics/index.ts';
import { renderReport } from '../outputs/html.ts';
import { readRun, type StoredRun } from '../recording/read-run.ts';
import { RunFolder, runFiles } from '../recording/run-folder.ts';
import { scoreContext } from './conclude.ts';
import { expectRecordsWithinCurve } from './curve-range.ts';
import { reportManifest } from './report-manifest.ts';

export interface ScoreResult {
  readonly summary: SteadySummary;
  /** The summary the run was first given; absent where it was cut before. */
  readonly original?: Summary;
  readonly manifest?: Manifest;
  /** The run did not end by itself; what had been recorded is scored. */
  readonly cut: boolean;
  readonly problems: readonly string[];
  /** Where the new summary was written, beside the original; absent if it was not. */
  readonly path?: string;
}

export interface ScoreOptions {
  /** File name of the new summary; the next free `summary-N.json` by default. */
  readonly name?: string;
  /** Write the summary into the run's folder; true by default. */
  readonly write?: boolean;
}

/** Every number of a stored run under another policy, its own by default: no server, no new load, nothing overwritten. */
export async function score(folder: string, policy?: ScorePolicy, options: ScoreOptions = {}): Promise<ScoreResult> {
  const stored = await readRun(folder);
  const { manifest, cut, problems } = stored;
  const chosen = policy ?? ownPolicy(stored);
  expectRecordsWithinCurve(chosen, stored.records);
  const summary = scoreWithSteadyState(stored.records, chosen, scoreContext(manifest));
  const original = await readOriginal(folder);
  const write = options.write ?? true;
  return {
    summary,
    ...(original && { original }),
    ...(manifest && { manifest }),
    cut,
    problems,
    ...(write && { path: await new RunFolder(folder).writeSummary(summary, options.name) }),
  };
}

/** Builds the HTML report of a stored run again; replaces the one that is there. Returns its path. */
export async function report(folder: string, policy?: ScorePolicy, name?: string): Promise<string> {
  const stored = await readRun(folder);
  const { manifest, plan, records, cut, problems } = stored;
  const chosen = policy ?? ownPolicy(stored);
  expectRecordsWithinCurve(chosen, records);
  const summary = scoreWithSteadyState(records, chosen, scoreContext(manifest));
  const html = renderReport({ manifest: reportManifest(manifest), plan: plan ?? {}, summary, records, cut, problems });
  return new RunFolder(folder).writeReport(html, name);
}

/** The policy a run asked for; the defaults where its plan is lost. */
function ownPolicy({ plan }: StoredRun): ScorePolicy {
  try {
    return scorePolicy(resolvePlan(plan).score);
  } catch {
    return defaultPolicy;
  }
}

async function readOriginal(folder: string): Promise<Summary | undefined> {
  try {
    const value = JSON.parse(await readFile(join(folder, runFiles.summary), 'utf8')) as Summary;
    return value.schema === 'metron.summary/1' ? value : undefined;
  } catch {
    return undefined;
  }
}
