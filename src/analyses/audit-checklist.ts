import { implementation, tuning } from './audit-baseline.ts';
import type { AuditItem } from './audit-item.ts';
import { metrics, normalization, summaries } from './audit-metrics.ts';
import { onePoint, oneSetUp, workload } from './audit-setup.ts';

/** The eight anti-patterns of arXiv 2507.09019, in the order of the paper's dimensions: baseline, set-up, metrics. */
export const antiPatterns: readonly AuditItem[] = [
  implementation,
  tuning,
  oneSetUp,
  workload,
  onePoint,
  metrics,
  summaries,
  normalization,
];
