import { backlogOf } from '../analyses/capacity-backlog.ts';
import type { OperatingPoint, ProbeObservation } from '../analyses/capacity-probe.ts';
import { steadyPoints } from '../analyses/steady-score.ts';
import { steadyState, type UnsteadyReason } from '../analyses/steady-state.ts';
import type { RequestRecord } from '../core/record.ts';
import type { Nanoseconds } from '../core/units.ts';
import { isExtrapolated, orderStatistic, type ScorePolicy, type Summary, scoreMetrics } from '../metrics/index.ts';
import { judgeRecords, policyUnder, type Slo } from '../slo/index.ts';

export interface ObserveOptions {
  /** Open loops have a backlog that may grow. */
  readonly openLoop: boolean;
  /** Judge every request and ask nothing about steadiness, as the literature does. */
  readonly whole?: boolean;
  readonly prices?: TokenPrices;
}

/** What a service charges for a million tokens of prompts and of answers, in any currency. */
export interface TokenPrices {
  readonly prompt: number;
  readonly output: number;
}

/** What the records of one look at a load say about an objective, by its steady window where it has one. */
export function observe(
  records: readonly RequestRecord[],
  slo: Slo,
  policy: ScorePolicy,
  { openLoop, whole, prices }: ObserveOptions,
): ProbeObservation {
  const { from, to, ...window } = whole ? everything(records) : judgedWindow(records, policyUnder(policy, slo));
  const inWindow = records.map((record) => inPhase(record, { from, to }));
  const scored = scoreMetrics(inWindow, policyUnder(policy, slo), pointMetrics, {
    measureFrom: from as Nanoseconds,
    measureTo: (whole ? lastEnd(records, to) : to) as Nanoseconds,
  });
  const tallies = judgeRecords(inWindow, slo, policy);
  const extrapolated = beyondCurve(records, policy);
  return {
    tallies,
    ...(openLoop && { alone: aloneOf(inWindow) }),
    ...(extrapolated > 0 && { extrapolated }),
    backlog: openLoop && !whole ? growth(records, { from, to }) : 'steady',
    cost: costOf(records, prices),
    window: { ...window, requests: tallies[0]?.good.length ?? 0 },
    point: pointOf(scored),
  };
}

/** Throughput of a whole run, as the literature has it: all answers by all of the time, until the last has ended. */
const lastEnd = (records: readonly RequestRecord[], least: number): number =>
  records.reduce((last, { endedAt = 0 }) => Math.max(last, endedAt), least);

const beyondCurve = (records: readonly RequestRecord[], { prefillDeadline }: ScorePolicy): number =>
  prefillDeadline.kind === 'constant'
    ? 0
    : records.filter(({ prompt }) => isExtrapolated(prefillDeadline, prompt.reported ?? prompt.local ?? prompt.asked))
        .length;

/** Which of the judged requests were due when no other was in the system. */
function aloneOf(records: readonly RequestRecord[]): Uint8Array {
  const due = (i: number): number => records[i]?.scheduledAt ?? 0;
  const alone = new Uint8Array(records.length);
  let busyUntil = Number.NEGATIVE_INFINITY;
  for (const i of Uint32Array.from(records.keys()).sort((a, b) => due(a) - due(b))) {
    if (due(i) >= busyUntil) alone[i] = 1;
    busyUntil = Math.max(busyUntil, records[i]?.endedAt ?? Number.POSITIVE_INFINITY);
  }
  return alone.filter((_, i) => records[i]?.phase === 'measure');
}

function growth(records: readonly RequestRecord[], { from, to }: Window): ProbeObservation['backlog'] {
  const stays = records.map(({ scheduledAt, endedAt }) => ({
    from: scheduledAt,
    ...(endedAt !== undefined && { to: endedAt }),
  }));
  return backlogOf(stays, from, to);
}

type JudgedWindow = Window &
  ({ readonly kind: 'steady' | 'whole' } | { readonly kind: 'settled'; why: UnsteadyReason });

function everything(records: readonly RequestRecord[]): JudgedWindow {
  const due = records.map(({ scheduledAt }) => scheduledAt);
  const [from, to] = [Math.min, Math.max].map((pick) => due.reduce((a, b) => pick(a, b), due[0] ?? 0));
  return { kind: 'whole', from: from ?? 0, to: to ?? 0 };
}

/** Of the steady window, what met a system neither filling nor emptying: its test cannot see a short transient. */
function judgedWindow(records: readonly RequestRecord[], policy: ScorePolicy): JudgedWindow {
  const settled = settledWindow(records);
  const state = steadyState(steadyPoints(records, policy));
  if (state.verdict === 'none') return { kind: 'settled', why: state.reason, ...settled };
  return { kind: 'steady', from: Math.max(settled.from, state.from), to: Math.min(settled.to, state.to) };
}

interface Window {
  readonly from: number;
  readonly to: number;
}

/** At least the middle half of the requests is measured. */
const leastShare = 0.25;

/**
 * Requests due in the time that nine of ten answers take after the first send met a system that was
 * still filling, and those due so long before the last send one that was emptying: neither counts.
 */
function settledWindow(records: readonly RequestRecord[]): Window {
  const due = Float64Array.from(
    records.filter(({ phase }) => phase === 'measure'),
    ({ scheduledAt }) => scheduledAt,
  ).sort();
  const stays = Float64Array.from(
    records.flatMap(({ scheduledAt, endedAt }) => (endedAt === undefined ? [] : [endedAt - scheduledAt])),
  ).sort();
  const fill = orderStatistic(stays, 0.9) ?? 0;
  const [first = 0, last = 0] = [due[0], due.at(-1)];
  const begin = records.reduce((least, { scheduledAt }) => Math.min(least, scheduledAt), first);
  return {
    from: Math.min(Math.max(first, begin + fill), orderStatistic(due, leastShare) ?? first),
    to: Math.max(last - fill, orderStatistic(due, 1 - leastShare) ?? last),
  };
}

function inPhase(record: RequestRecord, { from, to }: Window): RequestRecord {
  if (record.phase !== 'measure') return record;
  if (record.scheduledAt < from) return { ...record, phase: 'warmup' };
  return record.scheduledAt > to ? { ...record, phase: 'drain' } : record;
}

function costOf(records: readonly RequestRecord[], prices: TokenPrices | undefined): ProbeObservation['cost'] {
  let [asked, answered, end] = [0, 0, 0];
  for (const { prompt, output, endedAt = 0 } of records) {
    asked += prompt.reported ?? prompt.local ?? prompt.asked ?? 0;
    answered += output.total ?? 0;
    end = Math.max(end, endedAt);
  }
  return {
    requests: records.length,
    seconds: end / 1e9,
    tokens: asked + answered,
    ...(prices && { money: (asked * prices.prompt + answered * prices.output) / 1e6 }),
  };
}

/** The metrics an operating point is made of. */
const pointMetrics: readonly string[] = ['ttft', 'tpot', 'e2e', 'output-throughput'];

/** Throughputs and latencies under the names of an operating point; what was not measured is left out. */
export function pointOf({ metrics, load }: Pick<Summary, 'metrics' | 'load'>): OperatingPoint {
  const at = (id: string, p: number): number | undefined =>
    metrics.find((metric) => metric.id === id)?.percentiles?.find((percentile) => percentile.p === p)?.value;
  const values: Record<keyof OperatingPoint, number | undefined> = {
    offered_per_s: load.offered_per_s,
    completed_per_s: load.completed_per_s,
    outputTokens_per_s: metrics.find(({ id }) => id === 'output-throughput')?.value,
    ttftP50_ms: at('ttft', 50),
    ttftP99_ms: at('ttft', 99),
    tpotP50_ms: at('tpot', 50),
    e2eP50_ms: at('e2e', 50),
    e2eP99_ms: at('e2e', 99),
    inFlightMean: load.inFlightMean,
  };
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
