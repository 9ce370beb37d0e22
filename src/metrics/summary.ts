import type { ScorePolicy } from './policy.ts';

/** Every number of a run under one policy. Small whatever the run's size. Times in the stated unit. */
export interface Summary {
  readonly schema: 'metron.summary/1';
  readonly policy: ScorePolicy;
  readonly requests: RequestCounts;
  readonly load: LoadSummary;
  readonly tokens: TokenSummary;
  readonly headline: Headline;
  /** One entry per metric of the registry, in its order. */
  readonly metrics: readonly MetricSummary[];
  readonly acceptance: AcceptanceCurve;
  readonly completionIncidence: CompletionIncidence;
  /** The requests to look at first: failed or least fluid. At most 20. */
  readonly worst: readonly WorstRequest[];
  /** What a reader must know before quoting a number. */
  readonly notes: readonly Note[];
}

export interface Note {
  readonly level: 'info' | 'warn' | 'fail';
  readonly code: string;
  readonly text: string;
}

export interface RequestCounts {
  /** Requests scheduled in the measured window: the denominator of every share. */
  readonly scheduled: number;
  readonly completed: number;
  /** failed + truncated + timeout + dropped. */
  readonly failed: number;
  /** Cut off by the end of the run or by the user. */
  readonly censored: number;
  /** Completed without streaming: fluidity is not meaningful for them. */
  readonly buffered: number;
  /** Requests of other phases, left out of every number above. */
  readonly unmeasured: number;
  readonly errorRate: number;
  /** Most frequent first. `example` is a request's id, `sample` the first message seen. */
  readonly byClass: readonly { class: string; count: number; example: number; sample?: string }[];
}

export interface LoadSummary {
  readonly window_s: number;
  /** Requests per second: what the schedule holds, what left, what completed, inside the window. */
  readonly offered_per_s?: number;
  readonly sent_per_s?: number;
  readonly completed_per_s?: number;
  /** Coefficient of variation of the gaps between sends, and index of dispersion of counts per second. */
  readonly sentGapCv?: number;
  readonly dispersion?: number;
  readonly inFlightMean?: number;
  readonly inFlightMax?: number;
}

export interface TokenSummary {
  readonly output: number;
  readonly prompt: number;
  readonly cachedPrompt?: number;
  /** Requests by the source of their total and of their per-chunk counts. */
  readonly totalSources: Readonly<Record<string, number>>;
  readonly chunkSources: Readonly<Record<string, number>>;
  /** Sum over chunks ÷ total − 1, over requests where both are known. */
  readonly divergence?: number;
  readonly divergentRequests: number;
  /** Asked output lengths reached, as a share of completed requests that asked for one. */
  readonly lengthAttainment?: number;
  readonly perChunk: {
    readonly mean?: number;
    readonly max?: number;
    readonly counts: readonly { tokens: number; chunks: number }[];
  };
}

/** A number with its interval. `low`/`high` absent: open end, the sample cannot say. */
export interface Estimate {
  readonly value?: number;
  readonly low?: number;
  readonly high?: number;
  readonly confidence: number;
  readonly n: number;
  /** Why there is no value. */
  readonly reason?: string;
}

export interface Headline {
  /** Share of requests with fluidity ≥ `fluidFrom`; failed ones count as not fluid. */
  readonly fluidShare: Estimate;
  /** Fluid token generation rate, tokens/s. */
  readonly fluidRate: Estimate;
  /** Milliseconds. */
  readonly ttftP99: Estimate;
  readonly tbtP99: Estimate;
  readonly longestStall: Estimate;
  readonly errorRate: Estimate;
  /** Share of requests cut off or failed are never averaged away: buffered answers make fluidity meaningless. */
  readonly fluidityMeaningful: boolean;
}

export interface MetricSummary {
  readonly id: string;
  readonly label: string;
  readonly unit: string;
  readonly better: 'lower' | 'higher' | 'neither';
  /** What one value stands for. */
  readonly per: 'request' | 'token' | 'chunk' | 'run';
  /** Who is counted: "completed requests", "all scheduled requests" … */
  readonly population: string;
  readonly n: number;
  /** Members of the population for which the metric has no meaning. */
  readonly undefinedCount: number;
  /** For metrics with one value per run. */
  readonly value?: number;
  readonly interval?: { readonly low?: number; readonly high?: number; readonly confidence: number };
  readonly reason?: string;
  /** For distributions. */
  readonly mean?: number;
  readonly min?: number;
  readonly max?: number;
  readonly percentiles?: readonly Percentile[];
}

export interface Percentile {
  /** 50, 90, 99 … */
  readonly p: number;
  /** Order statistic ⌈p·n⌉; absent if there is none. */
  readonly value?: number;
  readonly low?: number;
  readonly high?: number;
  /** Exact binomial rule: n can support a claim about this percentile. */
  readonly supported: boolean;
  /** n the rule needs. */
  readonly needs: number;
  /** Sample rule of the benchmarking drafts (P50 100, P90 500, P95 1,000, P99 1,000, P99.9 10,000). */
  readonly meetsDraftRule: boolean;
  /** Censored requests reach this far: the true percentile is at least this. */
  readonly lowerBound?: true;
}

export interface AcceptanceCurve {
  /** Decode deadlines, ms, ascending. */
  readonly deadline_ms: readonly number[];
  /** Share of requests that pass (fluidity ≥ `fluidFrom`, first token ignored) at each deadline. */
  readonly share: readonly number[];
  /** The paper's series: 1 − P99 of the per-request miss rate. Empty if it was not asked for. */
  readonly oneMinusP99MissRate: readonly number[];
  readonly n: number;
}

/** Aalen–Johansen: share of all scheduled requests that had completed by a time after their scheduled send. */
export interface CompletionIncidence {
  readonly time_ms: readonly number[];
  readonly completed: readonly number[];
  readonly failed: readonly number[];
  readonly n: number;
  /** The highest share the curve reaches: quantiles above it do not exist. */
  readonly ceiling: number;
}

export interface WorstRequest {
  readonly id: number;
  readonly class: string;
  readonly fluidity?: number;
  readonly missed?: number;
  readonly longestStall_ms?: number;
  readonly longestStallToken?: number;
  readonly ttft_ms?: number;
  readonly promptTokens?: number;
  readonly outputTokens?: number;
}
