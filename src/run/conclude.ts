import { type SteadySummary, scoreWithSteadyState } from '../analyses/steady-score.ts';
import { type Plan, scorePolicy } from '../config/index.ts';
import type { Manifest } from '../core/manifest.ts';
import type { RequestRecord } from '../core/record.ts';
import type { Nanoseconds } from '../core/units.ts';

import { renderReport } from '../outputs/html.ts';
import { certify } from '../recording/certificate.ts';
import type { ClockSteps } from '../recording/clock-watch.ts';
import { endManifest } from '../recording/manifest.ts';
import { readRun } from '../recording/read-run.ts';
import type { RunFolder } from '../recording/run-folder.ts';
import type { Spread } from '../recording/spread.ts';
import type { Conducted } from './conduct.ts';
import { reportManifest } from './report-manifest.ts';
import { measurementsOf, type Window } from './verdict-inputs.ts';

export interface ConcludeOptions {
  readonly folder: RunFolder;
  readonly plan: Plan;
  readonly planJson: unknown;
  readonly manifest: Manifest;
  readonly conducted: Conducted;
  readonly clockSteps: ClockSteps;
  /** Error of token times on this machine, by a self-test; absent where none applies. */
  readonly selfTest?: Spread;
}

export interface Concluded {
  readonly manifest: Manifest;
  readonly summary: SteadySummary;
  readonly reportPath: string;
}

/** After the load: reads the records back, judges the instrument, scores, writes what is left to write. */
export async function conclude(options: ConcludeOptions): Promise<Concluded> {
  const { folder, plan, conducted } = options;
  const { records } = await readRun(folder.path);
  const window = measuredWindow(plan, conducted, records);
  const openLoop = plan.load.closed === undefined;
  const certificate = certify(
    measurementsOf({
      records,
      facts: conducted.facts,
      window,
      openLoop,
      decodeDeadline: plan.score.decodeDeadline,
      clockSteps: options.clockSteps,
      ...(options.selfTest && { selfTest: options.selfTest }),
    }),
  );
  const manifest = endManifest(options.manifest, {
    endedBy: conducted.endedBy,
    drainedAt: conducted.endedAt,
    measureFrom_ns: window.from,
    measureTo_ns: window.to,
    certificate,
  });
  await folder.writeManifest(manifest);
  const summary = scoreWithSteadyState(records, scorePolicy(plan.score), scoreContext(manifest));
  await folder.writeSummary(summary);
  const html = renderReport({ manifest: reportManifest(manifest), plan: options.planJson, summary, records });
  return { manifest, summary, reportPath: await folder.writeReport(html) };
}

/** What scoring needs to know beside the records; the same for a fresh run and for a stored one. */
export function scoreContext(manifest: Manifest | undefined) {
  return {
    ...(manifest?.measureFrom_ns !== undefined && { measureFrom: manifest.measureFrom_ns }),
    ...(manifest?.measureTo_ns !== undefined && { measureTo: manifest.measureTo_ns }),
    ...(manifest?.disclosure.loadModel.value !== undefined && {
      loadModel: manifest.disclosure.loadModel.value === 'closed loop' ? ('closed' as const) : ('open' as const),
    }),
  };
}

/**
 * From the end of the warm-up to the end of the load: the plan's duration, or, where a count, a
 * limit or the user ended it sooner, the moment of the last send.
 */
function measuredWindow(plan: Plan, conducted: Conducted, records: readonly RequestRecord[]): Window {
  const from = plan.phases.warmup;
  const planned = plan.load.duration;
  const ranOut = conducted.endedBy === 'schedule' && planned !== undefined && plan.load.requests === undefined;
  const to = ranOut ? planned : lastSend(records) + 1;
  return { from, to: Math.max(from, to) as Nanoseconds };
}

const lastSend = (records: readonly RequestRecord[]): number =>
  records.reduce((last, { scheduledAt, sentAt = scheduledAt }) => Math.max(last, sentAt), 0);
