import type { RequestRecord } from '../core/record.ts';
import { type FluidityAccount, fluidity } from './fluidity.ts';
import { minimumDecodeDeadline } from './minimum-decode-deadline.ts';
import { type Playback, playback } from './playback.ts';
import type { ScorePolicy } from './policy.ts';
import { type Standing, standingOf } from './standing.ts';
import { type Timeline, TimelineReader } from './timeline.ts';

/** One request as every metric sees it. Its timeline lives until the next answer is read. */
export interface Answer {
  readonly record: RequestRecord;
  readonly policy: ScorePolicy;
  readonly standing: Standing;
  readonly timeline: Timeline;
  /** Deadlines of the tokens that came. */
  readonly account: FluidityAccount;
  /** The same with what the outcome adds: one missed deadline for a failed or partial answer. */
  readonly deadlines: { readonly met: number; readonly missed: number };
  /** Fluidity-index of `deadlines`; absent if there was no deadline, or if we cut the answer off. */
  readonly fluidity: number | undefined;
  /** Completed, and its fluidity reaches `fluidFrom` or it had no deadline to miss. */
  readonly fluid: boolean;
  /** D*, first token ignored, ns: Infinity if the answer is not complete. */
  readonly minimumDecodeDeadline: number;
  readonly playback: Playback | undefined;
  /** Tokens of the whole answer, from the best source. */
  readonly tokens: number;
}

/** Reads records one after the other; scratch memory is used again. */
export class AnswerReader {
  readonly #policy: ScorePolicy;
  readonly #withoutFirst: ScorePolicy;
  readonly #timelines: TimelineReader;

  constructor(policy: ScorePolicy) {
    this.#policy = policy;
    this.#withoutFirst = { ...policy, ignoreFirstToken: true };
    this.#timelines = new TimelineReader(policy);
  }

  read(record: RequestRecord): Answer {
    const policy = this.#policy;
    const timeline = this.#timelines.read(record);
    const standing = standingOf(record, timeline.length);
    const account = fluidity(timeline, policy);
    const deadlines = deadlinesOf(standing, account);
    const index = standing === 'censored' ? undefined : indexOf(deadlines);
    return {
      record,
      policy,
      standing,
      timeline,
      account,
      deadlines,
      fluidity: index,
      fluid: standing === 'completed' && (index === undefined || index >= policy.fluidFrom),
      minimumDecodeDeadline:
        standing === 'completed' ? minimumDecodeDeadline(timeline, this.#withoutFirst) : Number.POSITIVE_INFINITY,
      playback: playback(timeline, policy),
      tokens: tokensOf(record, policy, timeline),
    };
  }
}

function deadlinesOf(standing: Standing, { met, missed }: FluidityAccount): { met: number; missed: number } {
  if (standing === 'failed') return { met: 0, missed: 1 };
  return { met, missed: standing === 'partial' ? missed + 1 : missed };
}

const indexOf = ({ met, missed }: { met: number; missed: number }): number | undefined =>
  met + missed === 0 ? undefined : met / (met + missed);

/** The total holds for all channels together; one channel alone is known by its chunks only. */
const tokensOf = (record: RequestRecord, policy: ScorePolicy, timeline: Timeline): number =>
  (policy.channel === 'any' && record.output.total) || timeline.tokens;
