import type { Manifest } from '../core/manifest.ts';
import type { Definition } from '../core/registry.ts';
import type { SteadySummary } from './steady-score.ts';

/** A run as an audit sees it. */
export interface AuditedRun {
  readonly name: string;
  readonly plan?: unknown;
  readonly manifest?: Manifest;
  readonly summary: SteadySummary;
  readonly requests: RequestFacts;
}

/** What only the requests themselves tell. */
export interface RequestFacts {
  readonly prompt: Spread;
  readonly output: Spread;
  /** Share of answers with a gap above ten times their median gap. */
  readonly hiddenStalls: ShareOf;
  /** Share of answers whose TPOT keeps the decode deadline while their fluidity falls short. */
  readonly tpotHidesStalls: ShareOf;
  /** Share of answers whose normalized latency keeps the decode deadline while the first token was late. */
  readonly normalizedHidesWait: ShareOf;
  /** Reported ÷ asked prompt tokens, median. */
  readonly promptRatio?: number;
}

export interface Spread {
  readonly n: number;
  /** Standard deviation ÷ mean. */
  readonly cv?: number;
  readonly p99?: number;
}

export interface ShareOf {
  readonly part: number;
  readonly of: number;
}

export type AuditOutcome = 'pass' | 'warn' | 'fail' | 'cannot tell';

export interface AuditFinding {
  readonly outcome: AuditOutcome;
  readonly evidence: string;
  /** What to do about it; absent where it passes. */
  readonly remedy?: string;
}

/** One question an audit asks of a run or a set of runs. */
export interface AuditItem extends Definition {
  readonly title: string;
  /** Where the question comes from; `worded by us` where the source's own title is not known. */
  readonly source: string;
  check(runs: readonly AuditedRun[]): AuditFinding;
}

export const pass = (evidence: string): AuditFinding => ({ outcome: 'pass', evidence });
export const warn = (evidence: string, remedy: string): AuditFinding => ({ outcome: 'warn', evidence, remedy });
export const fail = (evidence: string, remedy: string): AuditFinding => ({ outcome: 'fail', evidence, remedy });
export const cannotTell = (evidence: string, remedy: string): AuditFinding => ({
  outcome: 'cannot tell',
  evidence,
  remedy,
});

export const percentOf = ({ part, of }: ShareOf): string =>
  `${((100 * part) / Math.max(1, of)).toFixed(1)} % (${part} of ${of})`;

/** Distinct known values over the runs, with how many did not tell. */
export function distinct<T>(values: readonly (T | undefined)[]): {
  readonly known: readonly T[];
  readonly unknown: number;
} {
  const known = values.filter((value): value is T => value !== undefined);
  return { known: [...new Set(known)], unknown: values.length - known.length };
}
