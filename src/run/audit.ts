import { basename } from 'node:path';
import { type AuditedItem, audit as auditRuns } from '../analyses/audit.ts';
import { requestFacts } from '../analyses/audit-facts.ts';
import type { AuditedRun } from '../analyses/audit-item.ts';
import { scoreWithSteadyState } from '../analyses/steady-score.ts';
import type { ScorePolicy } from '../metrics/index.ts';
import { readRun } from '../recording/read-run.ts';
import { scoreContext } from './conclude.ts';

/** Audits stored runs as the evidence of one claim. */
export async function audit(folders: readonly string[], policy: ScorePolicy): Promise<AuditedItem[]> {
  return auditRuns(await Promise.all(folders.map((folder) => auditedRun(folder, policy))));
}

async function auditedRun(folder: string, policy: ScorePolicy): Promise<AuditedRun> {
  const { plan, manifest, records } = await readRun(folder);
  return {
    name: manifest?.run.name ?? basename(folder),
    ...(plan !== undefined && { plan }),
    ...(manifest && { manifest }),
    summary: scoreWithSteadyState(records, policy, { ...scoreContext(manifest), missRateCurve: false }),
    requests: requestFacts(records, policy),
  };
}
