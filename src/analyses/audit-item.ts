import type { Manifest } from '../core/manifest.ts';
import type { Definition } from '../core/registry.ts';
import type { SteadySummary } from './steady-score.ts';

/** A run as an audit sees it. */
export interface AuditedRun {
  readonly name: string;
  /** Whose run it is: of one system there may be many, as of a sweep. */
  readonly system: string;
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
  /** Share of fluid answers with all deadlines at half, once and twice the policy's. */
  readonly fluidShares: readonly number[];
}

/** What a capacity search adds to the claim of its system. */
export interface AuditedSearch {
  readonly system: string;
  readonly unit: 'requests/s' | 'users';
  /** Its estimate, else the middle of its bounds, else the one it has. */
  readonly capacity?: number;
  /** That it looked at. */
  readonly loads: readonly number[];
}

/** What is known of a claim beside its runs. */
export interface AuditedClaim {
  readonly searches: readonly AuditedSearch[];
  /** Choices of deadlines under which the order of the searched systems turns, one sentence each. */
  readonly flips: readonly string[];
}

export const runsAlone: AuditedClaim = { searches: [], flips: [] };

export interface Spread {
  readonly n: number;
  /** Standard deviation ÷ mean. */
  readonly cv?: number;
  readonly p50?: number;
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
  check(runs: readonly AuditedRun[], claim: AuditedClaim): AuditFinding;
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

/** Titles of five anti-patterns are the paper's; the other three are worded by us after its abstract. */
export const sources = { confirmed: 'arXiv 2507.09019', ours: 'arXiv 2507.09019, worded by us' } as const;

/** Runs by the system they are of; the first is the baseline. */
export function systemsOf(runs: readonly AuditedRun[]): { readonly system: string; readonly runs: AuditedRun[] }[] {
  const names = [...new Set(runs.map(({ system }) => system))];
  return names.map((system) => ({ system, runs: runs.filter((run) => run.system === system) }));
}

/** What is said of single runs, each sentence once, with the runs it holds of; of a single run without its name. */
export function ofRuns(runs: readonly AuditedRun[], told: (run: AuditedRun) => readonly string[]): string[] {
  const names = new Map<string, string[]>();
  for (const run of runs) for (const text of told(run)) names.set(text, [...(names.get(text) ?? []), run.name]);
  return [...names].map(([text, of]) => {
    if (runs.length === 1) return text;
    return `${of.length === runs.length ? (of.length === 2 ? 'both runs' : `all ${of.length} runs`) : of.join(', ')}: ${text}`;
  });
}

/** What users declared of these facts, and which of them nobody named: no server tells them. */
export function toldFacts(runs: readonly AuditedRun[], names: readonly string[]): string {
  const of = (name: string): readonly string[] =>
    distinct(runs.map(({ manifest }) => manifest?.target.facts?.[name])).known;
  const told = names.filter((name) => of(name).length > 0).map((name) => `${name}: ${of(name).join(', ')}`);
  const untold = names.filter((name) => of(name).length === 0);
  return [
    ...told,
    ...(untold.length === 0 ? [] : [`not told, declare with ${untold.map((name) => `--fact ${name}=…`).join(' ')}`]),
  ].join('; ');
}

/** Distinct known values over the runs, with how many did not tell. */
export function distinct<T>(values: readonly (T | undefined)[]): {
  readonly known: readonly T[];
  readonly unknown: number;
} {
  const known = values.filter((value): value is T => value !== undefined);
  return { known: [...new Set(known)], unknown: values.length - known.length };
}
