import type { RequestRecord } from '../core/record.ts';
import { type Nanoseconds, nanoseconds, toMilliseconds } from '../core/units.ts';
import { AnswerReader } from '../metrics/answer.ts';
import { orderStatistic } from '../metrics/order-statistic.ts';
import type { ScorePolicy } from '../metrics/policy.ts';
import { normalizedLatency } from '../metrics/request/normalized-latency.ts';
import { tpot } from '../metrics/request/tpot.ts';
import type { RequestFacts, Spread } from './audit-item.ts';

/** A gap this many times the median gap of its own answer is a stall that an average would hide. */
const stallFactor = 10;

export function requestFacts(records: readonly RequestRecord[], policy: ScorePolicy): RequestFacts {
  const reader = new AnswerReader(policy);
  const measured = records.filter(({ phase }) => phase === 'measure');
  const outputs: number[] = [];
  const hides = { stall: 0, behindTpot: 0, behindNormalized: 0 };
  for (const record of measured) {
    const answer = reader.read(record);
    if (answer.standing !== 'completed') continue;
    outputs.push(answer.tokens);
    if (hasHiddenStall(answer.timeline.chunkTimes, answer.timeline.chunks)) hides.stall++;
    if (!answer.fluid && inPace(tpot.of(answer), policy)) hides.behindTpot++;
    if (answer.account.firstTokenMissed && inPace(normalizedLatency.of(answer), policy)) hides.behindNormalized++;
  }
  const promptRatio = medianPromptRatio(measured);
  const of = outputs.length;
  return {
    prompt: spreadOf(measured.flatMap(({ prompt }) => prompt.reported ?? prompt.local ?? prompt.asked ?? [])),
    output: spreadOf(outputs),
    hiddenStalls: { part: hides.stall, of },
    tpotHidesStalls: { part: hides.behindTpot, of },
    normalizedHidesWait: { part: hides.behindNormalized, of },
    fluidShares: deadlineScales.map((scale) => fluidShare(measured, scaledPolicy(policy, scale))),
    ...(promptRatio !== undefined && { promptRatio }),
  };
}

/** An order of systems that holds at one of these alone is the deadlines'. */
export const deadlineScales = [0.5, 1, 2] as const;

/** All deadlines, of the first token and of those after it, times `scale`. */
export function scaledPolicy(policy: ScorePolicy, scale: number): ScorePolicy {
  const { prefillDeadline: first } = policy;
  const times = (value: number): Nanoseconds => nanoseconds(value * scale);
  const prefillDeadline: ScorePolicy['prefillDeadline'] =
    first.kind === 'constant'
      ? { ...first, deadline: times(first.deadline) }
      : {
          ...first,
          a: first.a * scale,
          b: first.b * scale,
          c: first.c * scale,
          ...(first.floor !== undefined && { floor: first.floor * scale }),
          ...(first.perCached !== undefined && { perCached: first.perCached * scale }),
          slack: times(first.slack),
        };
  return { ...policy, decodeDeadline: times(policy.decodeDeadline), prefillDeadline };
}

function fluidShare(measured: readonly RequestRecord[], policy: ScorePolicy): number {
  const reader = new AnswerReader(policy);
  let [fluid, counted] = [0, 0];
  for (const record of measured) {
    const answer = reader.read(record);
    if (answer.standing === 'censored') continue;
    counted++;
    if (answer.fluid) fluid++;
  }
  return counted === 0 ? 0 : fluid / counted;
}

const inPace = (perToken_ms: number | undefined, { decodeDeadline }: ScorePolicy): boolean =>
  perToken_ms !== undefined && perToken_ms <= toMilliseconds(decodeDeadline);

function medianPromptRatio(records: readonly RequestRecord[]): number | undefined {
  const ratios = records.flatMap(({ prompt: { reported, asked } }) =>
    reported !== undefined && asked ? [reported / asked] : [],
  );
  return orderStatistic(Float64Array.from(ratios).sort(), 0.5);
}

function hasHiddenStall(times: Float64Array, count: number): boolean {
  if (count < 4) return false;
  const gaps = Float64Array.from({ length: count - 1 }, (_, i) => (times[i + 1] ?? 0) - (times[i] ?? 0)).sort();
  const median = orderStatistic(gaps, 0.5) ?? 0;
  return median > 0 && (gaps.at(-1) ?? 0) > stallFactor * median;
}

function spreadOf(values: readonly number[]): Spread {
  const n = values.length;
  if (n === 0) return { n };
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n;
  const sorted = Float64Array.from(values).sort();
  const [p50, p99] = [orderStatistic(sorted, 0.5), orderStatistic(sorted, 0.99)];
  return {
    n,
    ...(mean > 0 && { cv: Math.sqrt(variance) / mean }),
    ...(p50 !== undefined && { p50 }),
    ...(p99 !== undefined && { p99 }),
  };
}
