import type { RequestRecord } from '../core/record.ts';
import type { Nanoseconds } from '../core/units.ts';
import type { ScorePolicy } from '../metrics/index.ts';
import {
  classOf,
  type FluidityAccount,
  fluidity,
  prefillDeadlineFor,
  standingOf,
  timelineOf,
} from '../metrics/index.ts';

/** A request as the pictures need it. Times are nanoseconds since `origin` unless said otherwise. */
export interface ScoredRequest {
  readonly record: RequestRecord;
  readonly id: number;
  /** Scheduled in the measured window and not cut off by the end of the run: it is in every share. */
  readonly counted: boolean;
  /** Zero of its clock, from the run's start: the scheduled or the actual send, by the policy. */
  readonly origin: Nanoseconds;
  readonly times: Float64Array;
  /** Absent: the deadline grows with the prompt, and nobody knows its length. */
  readonly firstTokenDeadline?: Nanoseconds;
  /** Tokens that came after their deadline, in order. */
  readonly late: readonly LateToken[];
  readonly missed: number;
  /** Of the tokens that came; absent: no deadline, or no token. */
  readonly fluidity?: number;
  readonly fluid: boolean;
  /** Failed, or cut off by the server or a timeout. */
  readonly failed: boolean;
  readonly censored: boolean;
  /** `completed`, `http 503`, `timeout first-token` … */
  readonly outcome: string;
  readonly promptTokens?: number;
  /** When the exchange ended. */
  readonly end: number;
}

export interface LateToken {
  /** Index of the token, 0 for the first. */
  readonly token: number;
  /** Arrival of the token before it, 0 for the first. */
  readonly from: number;
  readonly deadline: number;
  readonly at: number;
  /** Deadlines that passed while it was awaited. */
  readonly missed: number;
}

export function scoreRequest(record: RequestRecord, policy: ScorePolicy): ScoredRequest {
  const timeline = timelineOf(record, policy);
  const { origin, promptTokens } = timeline;
  const account = fluidity(timeline, policy, { misses: true });
  const times = timeline.times.map((time) => time - origin);
  const standing = standingOf(record, timeline.length);
  const censored = standing === 'censored';
  const deadline = prefillDeadlineFor(policy.prefillDeadline, timeline);
  return {
    record,
    id: record.id,
    counted: record.phase === 'measure' && !censored,
    origin,
    times,
    ...(deadline === undefined ? {} : { firstTokenDeadline: deadline }),
    late: lateTokens(account, times, origin),
    missed: account.missed,
    ...(account.index === undefined ? {} : { fluidity: account.index }),
    fluid: standing === 'completed' && (account.index === undefined || account.index >= policy.fluidFrom),
    failed: standing === 'failed' || standing === 'partial',
    censored,
    outcome: classOf(record, standing),
    ...(promptTokens === undefined ? {} : { promptTokens }),
    end: Math.max((record.endedAt ?? record.scheduledAt) - origin, times.at(-1) ?? 0, 0),
  };
}

const lateTokens = ({ misses = [] }: FluidityAccount, times: Float64Array, origin: number): LateToken[] =>
  misses.map(({ token, deadline, arrived, missed }) => ({
    token,
    from: times[token - 1] ?? 0,
    deadline: deadline - origin,
    at: arrived - origin,
    missed,
  }));

/** The first token came, and after its deadline. */
export const firstTokenLate = ({ times, firstTokenDeadline }: ScoredRequest): boolean =>
  firstTokenDeadline !== undefined && times.length > 0 && (times[0] ?? 0) > firstTokenDeadline;
