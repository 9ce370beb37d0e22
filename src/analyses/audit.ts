import { registry } from '../core/registry.ts';
import { antiPatterns } from './audit-checklist.ts';
import { type AuditedRun, type AuditFinding, type AuditItem, runsAlone } from './audit-item.ts';
import { measurementRules } from './audit-measurement.ts';

/** Everything an audit asks. */
export const auditItems = registry<AuditItem>('audit item', [...antiPatterns, ...measurementRules]);

export interface AuditedItem extends AuditFinding {
  readonly id: string;
  readonly title: string;
  readonly source: string;
}

/** The checklist over one run, or over the runs of one claim together. */
export const audit = (runs: readonly AuditedRun[], claim = runsAlone): AuditedItem[] =>
  auditItems.all.map((item) => ({ id: item.kind, title: item.title, source: item.source, ...item.check(runs, claim) }));
