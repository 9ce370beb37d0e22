import type { RequestRecord } from '../core/record.ts';
import type { Nanoseconds } from '../core/units.ts';
import { acceptanceDeadlines, missRateCurve, shareCurve } from './acceptance.ts';
import { type Answer, AnswerReader } from './answer.ts';
import { IncidenceEvents } from './completion-incidence.ts';
import { Distributions } from './distributions.ts';
import { headlineKinds, headlineOf } from './headline.ts';
import { loadSummary } from './load.ts';
import { confidence, type RunMetric, type RunResults, type RunValue } from './metric.ts';
import { NoteTaker } from './notes.ts';
import type { ScorePolicy } from './policy.ts';
import { requestMetrics } from './request-metrics.ts';
import { RequestTally } from './request-tally.ts';
import { runMetrics } from './run-metrics.ts';
import type { MetricSummary, Summary } from './summary.ts';
import { TokenTally } from './token-tally.ts';
import { windowFacts, windowOf } from './window.ts';
import { WorstRequests } from './worst.ts';

export interface ScoreContext {
  /** The measured window; what is absent spans the measured requests. */
  readonly measureFrom?: Nanoseconds;
  readonly measureTo?: Nanoseconds;
  readonly loadModel?: 'open' | 'closed';
  /**
   * Whether to compute the paper's `1 − P99(miss rate)` series, which costs as much as everything
   * else together on large runs. Default true; the series is empty without it.
   */
  readonly missRateCurve?: boolean;
  /** `headline`: only the metrics that the headline numbers come from, for large runs. Default: all. */
  readonly metrics?: 'all' | 'headline';
}

/** Every number of a run under one policy, from its records alone. */
export function scoreRun(records: Iterable<RequestRecord>, policy: ScorePolicy, context: ScoreContext = {}): Summary {
  const all = Array.isArray(records) ? (records as readonly RequestRecord[]) : [...records];
  const measured = all.filter(({ phase }) => phase === 'measure');
  const collected = collect(measured, policy, context.metrics ?? 'all');
  const counts = collected.requests.summary(all.length - measured.length);
  const window = windowFacts(all, windowOf(measured, context));
  const metrics = metricsOf(collected, { policy, counts, window });
  const deadlines = acceptanceDeadlines(policy);
  const scored: Omit<Summary, 'notes'> = {
    schema: 'metron.summary/1',
    policy,
    requests: counts,
    load: loadSummary(all, window),
    tokens: collected.tokens.summary,
    headline: headlineOf(metrics, counts),
    metrics,
    acceptance: {
      ...shareCurve(collected.minimumDeadlines, deadlines),
      oneMinusP99MissRate: context.missRateCurve === false ? [] : missRateCurve(measured, policy, deadlines),
    },
    completionIncidence: collected.incidence.summary,
    worst: collected.worst.summary,
  };
  return { ...scored, notes: collected.notes.notes(scored, context.loadModel) };
}

/** One pass over the measured requests; everything that looks at an answer looks at it here. */
function collect(measured: readonly RequestRecord[], policy: ScorePolicy, which: 'all' | 'headline') {
  const isWanted = ({ kind }: { kind: string }): boolean => which === 'all' || headlineKinds.includes(kind);
  const requests = new RequestTally();
  const tokens = new TokenTally();
  const incidence = new IncidenceEvents();
  const worst = new WorstRequests();
  const notes = new NoteTaker(policy);
  const distributions = new Distributions(requestMetrics.all.filter(isWanted), policy, measured.length);
  const folds = runMetrics.all.filter(isWanted).map((metric) => ({ metric, fold: metric.start(policy) }));
  const parts: readonly { add?(answer: Answer): void }[] = [
    requests,
    tokens,
    worst,
    notes,
    distributions,
    ...folds.map(({ fold }) => fold),
  ];
  const minimums = new Float64Array(measured.length);
  let counted = 0;
  const reader = new AnswerReader(policy);
  for (const record of measured) {
    const answer = reader.read(record);
    for (const part of parts) part.add?.(answer);
    incidence.add(record, answer.standing);
    if (answer.standing !== 'censored') minimums[counted++] = answer.minimumDecodeDeadline;
  }
  const minimumDeadlines = minimums.subarray(0, counted).sort();
  return { requests, tokens, incidence, worst, notes, distributions, folds, minimumDeadlines };
}

function metricsOf(
  { distributions, folds, minimumDeadlines }: ReturnType<typeof collect>,
  known: Pick<RunResults, 'policy' | 'counts' | 'window'>,
): MetricSummary[] {
  const summaries = distributions.summaries;
  const results: RunResults = {
    ...known,
    minimumDeadlines,
    distribution: (kind) => summaries.find(({ id }) => id === kind),
  };
  return [...folds.map(({ metric, fold }) => runSummary(metric, fold.end(results))), ...summaries];
}

function runSummary(metric: RunMetric, value: RunValue): MetricSummary {
  return {
    id: metric.kind,
    label: metric.label,
    unit: metric.unit,
    better: metric.better,
    per: metric.per,
    population: metric.population,
    n: value.n,
    undefinedCount: 0,
    ...(value.value === undefined ? {} : { value: value.value }),
    ...(value.interval === undefined ? {} : { interval: { ...value.interval, confidence } }),
    ...(value.reason === undefined ? {} : { reason: value.reason }),
  };
}
