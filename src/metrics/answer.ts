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
    return new ReadAnswer(record, this.#policy, this.#withoutFirst, this.#timelines.read(record));
  }
}

/** Works out what is asked for, once: a search that judges one latency does not pay for playback. */
class ReadAnswer implements Answer {
  readonly record: RequestRecord;
  readonly policy: ScorePolicy;
  readonly timeline: Timeline;
  readonly standing: Standing;
  readonly #withoutFirst: ScorePolicy;
  #account: FluidityAccount | undefined;
  #playback: Playback | undefined;
  #minimum: number | undefined;

  constructor(record: RequestRecord, policy: ScorePolicy, withoutFirst: ScorePolicy, timeline: Timeline) {
    this.record = record;
    this.policy = policy;
    this.#withoutFirst = withoutFirst;
    this.timeline = timeline;
    this.standing = standingOf(record, timeline.length);
  }

  get account(): FluidityAccount {
    this.#account ??= fluidity(this.timeline, this.policy);
    return this.#account;
  }

  get deadlines(): Answer['deadlines'] {
    return deadlinesOf(this.standing, this.account);
  }

  get fluidity(): number | undefined {
    return this.standing === 'censored' ? undefined : indexOf(this.deadlines);
  }

  get fluid(): boolean {
    const index = this.fluidity;
    return this.standing === 'completed' && (index === undefined || index >= this.policy.fluidFrom);
  }

  get minimumDecodeDeadline(): number {
    if (this.standing !== 'completed') return Number.POSITIVE_INFINITY;
    this.#minimum ??= minimumDecodeDeadline(this.timeline, this.#withoutFirst);
    return this.#minimum;
  }

  get playback(): Playback | undefined {
    this.#playback ??= playback(this.timeline, this.policy);
    return this.#playback;
  }

  get tokens(): number {
    return tokensOf(this.record, this.policy, this.timeline);
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
