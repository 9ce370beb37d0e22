import type { Definition } from '../core/registry.ts';
import type { Answer } from './answer.ts';
import type { Gaps } from './gaps.ts';
import type { ScorePolicy } from './policy.ts';
import type { Population } from './sample.ts';
import type { MetricSummary, RequestCounts } from './summary.ts';
import type { WindowFacts } from './window.ts';

/** What every metric says of itself; help, docs and reports are made from it. */
export interface MetricFacts extends Definition {
  readonly label: string;
  readonly unit: 'ms' | 's' | 'share' | 'tokens' | 'tokens/s' | 'requests/s' | 'stalls' | 'ratio';
  readonly better: 'lower' | 'higher' | 'neither';
  /** The formula in words, one sentence. */
  readonly summary: string;
}

/** Which requests a metric speaks about. */
export type PopulationName = 'completed' | 'scored' | 'sent';

/** One value per request. */
export interface RequestMetric extends MetricFacts {
  readonly per: 'request';
  readonly among: PopulationName;
  /** In `unit`; undefined where the request gives the metric no meaning. */
  of(answer: Answer): number | undefined;
  /** What a request that we cut off still tells; undefined if nothing. */
  whenCut?(answer: Answer): CutValue | undefined;
}

/** A value known before a request was cut off, or what it had reached by then. */
export type CutValue = { readonly exactly: number } | { readonly atLeast: number };

/** Many values per request, pooled over the run. */
export interface PooledMetric extends MetricFacts {
  readonly per: 'token' | 'chunk';
  readonly among: PopulationName;
  from(gaps: Gaps): Population;
}

/** One value per run: a fold over the answers in the measured window. */
export interface RunMetric extends MetricFacts {
  readonly per: 'run';
  /** Who is counted, in words. */
  readonly population: string;
  start(policy: ScorePolicy): RunFold;
}

export interface RunFold {
  add?(answer: Answer): void;
  end(run: RunResults): RunValue;
}

/** What is known of a run when its folds end. */
export interface RunResults {
  readonly policy: ScorePolicy;
  readonly counts: RequestCounts;
  readonly window: WindowFacts;
  /** D* of every request that counts, ns, ascending; Infinity for those that failed. */
  readonly minimumDeadlines: Float64Array;
  /** The distribution of a per-request or pooled metric. */
  distribution(kind: string): MetricSummary | undefined;
}

export interface RunValue {
  readonly n: number;
  readonly value?: number;
  readonly interval?: { readonly low?: number; readonly high?: number };
  /** Why there is no value. */
  readonly reason?: string;
}

/** Confidence of every interval. */
export const confidence = 0.95;

interface PopulationRule {
  readonly words: string;
  includes(answer: Answer): boolean;
}

export const populations: Readonly<Record<PopulationName, PopulationRule>> = {
  completed: { words: 'completed requests', includes: ({ standing }) => standing === 'completed' },
  scored: {
    words: 'all scheduled requests not cut off by us; a failed one misses one deadline',
    includes: ({ standing }) => standing !== 'censored',
  },
  sent: { words: 'all sent requests', includes: ({ record }) => record.sentAt !== undefined },
};
