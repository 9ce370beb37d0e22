import type { RequestRecord } from '../core/record.ts';
import type { Nanoseconds } from '../core/units.ts';
import { acceptanceDeadlines, minimumDeadlines, missRateCurve, shareCurve } from './acceptance.ts';
import { type Answer, AnswerReader } from './answer.ts';
import { IncidenceEvents } from './completion-incidence.ts';
import { Distributions } from './distributions.ts';
import { headlineKinds, headlineOf } from './headline.ts';
import { loadSummary } from './load.ts';
import { confidence, type RunFold, type RunMetric, type RunResults, type RunValue } from './metric.ts';
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
  const metrics = metricsOf(collected.wanted, { policy, counts, window }, () => collected.minimums);
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
      ...shareCurve(collected.minimums, deadlines),
      oneMinusP99MissRate: context.missRateCurve === false ? [] : missRateCurve(measured, policy, deadlines),
    },
    completionIncidence: collected.incidence.summary,
    worst: collected.worst.summary,
  };
  return { ...scored, notes: collected.notes.notes(scored, context.loadModel) };
}

/**
 * The named metrics of a run, in the order of `scoreRun`, and its load: the same values without the
 * cost of all the others, for a search that looks at many runs. A metric of the run that is made from
 * a distribution needs that one named too.
 */
export function scoreMetrics(
  records: readonly RequestRecord[],
  policy: ScorePolicy,
  kinds: readonly string[],
  context: Pick<ScoreContext, 'measureFrom' | 'measureTo'> = {},
): Pick<Summary, 'metrics' | 'load'> {
  const measured = records.filter(({ phase }) => phase === 'measure');
  const requests = new RequestTally();
  const parts = metricParts(policy, measured.length, ({ kind }) => kinds.includes(kind));
  const reader = new AnswerReader(policy);
  for (const record of measured) {
    const answer = reader.read(record);
    requests.add(answer);
    for (const part of parts.all) part.add?.(answer);
  }
  const window = windowFacts(records, windowOf(measured, context));
  const counts = requests.summary(records.length - measured.length);
  const metrics = metricsOf(parts, { policy, counts, window }, () => minimumDeadlines(measured, policy));
  return { metrics, load: loadSummary(records, window) };
}

/** One pass over the measured requests; everything that looks at an answer looks at it here. */
function collect(measured: readonly RequestRecord[], policy: ScorePolicy, which: 'all' | 'headline') {
  const requests = new RequestTally();
  const tokens = new TokenTally();
  const incidence = new IncidenceEvents();
  const worst = new WorstRequests();
  const notes = new NoteTaker(policy);
  const wanted = metricParts(policy, measured.length, ({ kind }) => which === 'all' || headlineKinds.includes(kind));
  const parts: readonly AnswerPart[] = [requests, tokens, worst, notes, ...wanted.all];
  const minimums = new Float64Array(measured.length);
  let counted = 0;
  const reader = new AnswerReader(policy);
  for (const record of measured) {
    const answer = reader.read(record);
    for (const part of parts) part.add?.(answer);
    incidence.add(record, answer.standing);
    if (answer.standing !== 'censored') minimums[counted++] = answer.minimumDecodeDeadline;
  }
  return { requests, tokens, incidence, worst, notes, wanted, minimums: minimums.subarray(0, counted).sort() };
}

/** What an answer is shown to. */
interface AnswerPart {
  add?(answer: Answer): void;
}

interface MetricParts {
  readonly distributions: Distributions;
  readonly folds: readonly { readonly metric: RunMetric; readonly fold: RunFold }[];
  readonly all: readonly AnswerPart[];
}

/** The wanted metrics, ready to be shown this many answers. */
function metricParts(
  policy: ScorePolicy,
  requests: number,
  isWanted: (metric: { readonly kind: string }) => boolean,
): MetricParts {
  const distributions = new Distributions(requestMetrics.all.filter(isWanted), policy, requests);
  const folds = runMetrics.all.filter(isWanted).map((metric) => ({ metric, fold: metric.start(policy) }));
  return { distributions, folds, all: [distributions, ...folds.map(({ fold }) => fold)] };
}

function metricsOf(
  { distributions, folds }: MetricParts,
  known: Pick<RunResults, 'policy' | 'counts' | 'window'>,
  minimums: () => Float64Array,
): MetricSummary[] {
  const summaries = distributions.summaries;
  const results: RunResults = {
    ...known,
    get minimumDeadlines() {
      return minimums();
    },
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
