import type { RequestRecord } from '../core/record.ts';
import { AnswerReader } from '../metrics/answer.ts';
import type { ScorePolicy } from '../metrics/policy.ts';
import { tpot } from '../metrics/request/tpot.ts';
import { ttft } from '../metrics/request/ttft.ts';
import { type ScoreContext, scoreRun } from '../metrics/score.ts';
import type { Headline, Summary } from '../metrics/summary.ts';
import { type SteadyPoint, type SteadyState, steadyState } from './steady-state.ts';

/** A summary with the verdict on steady state and, where there was one, its headline beside the whole run's. */
export interface SteadySummary extends Summary {
  readonly steadyState: SteadyState & { readonly headline?: Headline };
}

/** Every number of the whole run, and the headline of its steady window or the reason why it has none. */
export function scoreWithSteadyState(
  records: readonly RequestRecord[],
  policy: ScorePolicy,
  context: ScoreContext = {},
): SteadySummary {
  const summary = scoreRun(records, policy, context);
  const state = steadyState(steadyPoints(records, policy));
  if (state.verdict === 'none') return { ...summary, steadyState: state };
  const inside = steadyRecords(records, state);
  const { headline } = scoreRun(inside, policy, {
    ...context,
    measureFrom: state.from,
    measureTo: state.to,
    missRateCurve: false,
  });
  return { ...summary, steadyState: { ...state, headline } };
}

/** The measured requests issued in the steady window; those of other phases are left out. */
export const steadyRecords = (
  records: readonly RequestRecord[],
  { from, to }: Extract<SteadyState, { verdict: 'steady' }>,
): RequestRecord[] =>
  records.filter(({ phase, scheduledAt }) => phase === 'measure' && scheduledAt >= from && scheduledAt < to);

/** What the measured, answered requests say about steady state. */
export function steadyPoints(records: readonly RequestRecord[], policy: ScorePolicy): SteadyPoint[] {
  const reader = new AnswerReader(policy);
  return records.flatMap((record): SteadyPoint[] => {
    if (record.phase !== 'measure' || record.endedAt === undefined || record.outcome.status !== 'completed') return [];
    const answer = reader.read(record);
    const [tpot_ms, ttft_ms] = [tpot.of(answer), ttft.of(answer)];
    return [
      {
        issuedAt: record.scheduledAt,
        endedAt: record.endedAt,
        ...(tpot_ms !== undefined && { tpot_ms }),
        ...(ttft_ms !== undefined && { ttft_ms }),
      },
    ];
  });
}
