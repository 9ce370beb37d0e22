import type { RequestRecord } from '../core/record.ts';
import { milliseconds, type Nanoseconds, toMilliseconds } from '../core/units.ts';
import { AnswerReader } from './answer.ts';
import { fluidity } from './fluidity.ts';
import { deadlineWithoutMiss } from './minimum-decode-deadline.ts';
import { linearQuantile, orderStatistic } from './order-statistic.ts';
import type { ScorePolicy } from './policy.ts';
import { type Standing, standingOf } from './standing.ts';
import type { AcceptanceCurve } from './summary.ts';
import { TimelineReader } from './timeline.ts';

/** The paper's axis, 1 to 100 ms, and what slower systems need; the policy's own deadline among them. */
export function acceptanceDeadlines(policy: Pick<ScorePolicy, 'decodeDeadline'>): number[] {
  const paper = Array.from({ length: 100 }, (_, i) => i + 1);
  const slower = [110, 120, 130, 140, 150, 160, 170, 180, 190, 200, 250, 300, 400, 500, 700, 1000];
  return [...new Set([...paper, ...slower, toMilliseconds(policy.decodeDeadline)])].sort((a, b) => a - b);
}

/**
 * Acceptance curve of a run: by decode deadline, the share of requests whose D* lies within it, and
 * the paper's `1 − P99(miss rate)`. The first token is ignored; requests we cut off do not count;
 * failed ones never pass and miss their one deadline.
 */
export function acceptanceCurve(
  records: Iterable<RequestRecord>,
  policy: ScorePolicy,
  deadlines: readonly number[] = acceptanceDeadlines(policy),
): AcceptanceCurve {
  const measured = [...records].filter(({ phase }) => phase === 'measure');
  return {
    ...shareCurve(minimumDeadlines(measured, policy), deadlines),
    oneMinusP99MissRate: missRateCurve(measured, policy, deadlines),
  };
}

/** D* of every request that counts, ns, ascending; Infinity for those that failed. */
export function minimumDeadlines(measured: readonly RequestRecord[], policy: ScorePolicy): Float64Array {
  const reader = new AnswerReader(policy);
  const minimums = new Float64Array(measured.length);
  let counted = 0;
  for (const record of measured) {
    const answer = reader.read(record);
    if (answer.standing !== 'censored') minimums[counted++] = answer.minimumDecodeDeadline;
  }
  return minimums.subarray(0, counted).sort();
}

/** Share of requests that pass at each deadline, from all their D*, ascending, Infinity for failed. */
export function shareCurve(
  minimums: Float64Array,
  deadlines: readonly number[],
): Pick<AcceptanceCurve, 'deadline_ms' | 'share' | 'n'> {
  let passing = 0;
  const share = deadlines.map((deadline) => {
    while (passing < minimums.length && (minimums[passing] as number) <= milliseconds(deadline)) passing++;
    return minimums.length === 0 ? 0 : passing / minimums.length;
  });
  return { deadline_ms: deadlines, share, n: minimums.length };
}

/** How many miss rates are held at once. */
const roomFor = 1 << 23;

/**
 * The paper's series. Every request is scored at every deadline, so this costs deadlines × tokens;
 * deadlines are taken in blocks so that memory stays bounded.
 */
export function missRateCurve(
  measured: readonly RequestRecord[],
  policy: ScorePolicy,
  deadlines: readonly number[],
): number[] {
  const quantile = policy.dialect === 'etalon' ? linearQuantile : orderStatistic;
  const block = Math.max(1, Math.floor(roomFor / Math.max(1, measured.length)));
  const curve: number[] = [];
  for (let from = 0; from < deadlines.length; from += block) {
    const some = deadlines.slice(from, from + block).map((deadline) => milliseconds(deadline));
    for (const rates of missRates(measured, policy, some)) curve.push(1 - (quantile(rates.sort(), 0.99) ?? 1));
  }
  return curve;
}

function missRates(
  measured: readonly RequestRecord[],
  policy: ScorePolicy,
  deadlines: readonly Nanoseconds[],
): Float64Array[] {
  const policies = deadlines.map((decodeDeadline) => ({ ...policy, ignoreFirstToken: true, decodeDeadline }));
  const rates = deadlines.map(() => new Float64Array(measured.length));
  const timelines = new TimelineReader(policy);
  let counted = 0;
  for (const record of measured) {
    const timeline = timelines.read(record);
    const standing = standingOf(record, timeline.length);
    if (standing === 'censored') continue;
    const enough = deadlineWithoutMiss(timeline, policy.slackCap);
    for (const [i, each] of policies.entries()) {
      const inTime = each.decodeDeadline >= enough;
      const account = inTime ? { met: timeline.length - 1, missed: 0 } : fluidity(timeline, each);
      (rates[i] as Float64Array)[counted] = missRateOf(standing, account);
    }
    counted++;
  }
  return rates.map((each) => each.subarray(0, counted));
}

function missRateOf(standing: Standing, { met, missed }: { met: number; missed: number }): number {
  if (standing === 'failed') return 1;
  const all = standing === 'partial' ? missed + 1 : missed;
  return met + all === 0 ? 0 : all / (met + all);
}
