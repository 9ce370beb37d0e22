export { acceptanceCurve, acceptanceDeadlines } from './acceptance.ts';
export { type Answer, AnswerReader } from './answer.ts';
export { leastToProve, neededSamples, quantileRanks, shareInterval } from './binomial.ts';
export { completedBy, completionIncidence } from './completion-incidence.ts';
export {
  type DeadlinePolicy,
  type FluidityAccount,
  fluidity,
  type Miss,
  type Stall,
} from './fluidity.ts';
export type { MetricFacts, PooledMetric, RequestMetric, RunMetric } from './metric.ts';
export { minimumDecodeDeadline } from './minimum-decode-deadline.ts';
export { linearQuantile, orderStatistic } from './order-statistic.ts';
export { type Playback, playback } from './playback.ts';
export { defaultPolicy, type PrefillDeadline, type ScorePolicy } from './policy.ts';
export { isExtrapolated, predictedPrefill, prefillDeadlineFor } from './prefill-deadline.ts';
export { requestMetrics } from './request-metrics.ts';
export { runMetrics } from './run-metrics.ts';
export { type ScoreContext, scoreMetrics, scoreRun } from './score.ts';
export { classOf, type Standing, standingOf } from './standing.ts';
export type {
  AcceptanceCurve,
  CompletionIncidence,
  Estimate,
  Headline,
  LoadSummary,
  MetricSummary,
  Note,
  Percentile,
  RequestCounts,
  Summary,
  TokenSummary,
  WorstRequest,
} from './summary.ts';
export { type Timeline, timelineFromGaps, timelineOf } from './timeline.ts';
