import { chunkKinds, type RequestRecord } from '../core/record.ts';
import type { Nanoseconds } from '../core/units.ts';
import { grown } from './number-list.ts';
import type { ScorePolicy } from './policy.ts';

/** When each token of one answer reached the reader, under a chunk policy and a channel. */
export interface Timeline {
  /** Where the reader's wait begins: the scheduled or the actual send. */
  readonly origin: Nanoseconds;
  /** Arrival of each token on the run's clock, ascending. Only the first `length` entries count. */
  readonly times: Float64Array;
  readonly length: number;
  /** Tokens on the channel as they were counted, whatever the chunk policy makes of them. */
  readonly tokens: number;
  /** How many of `tokens` came with the first chunk. */
  readonly firstChunk: number;
  /** Arrival of each chunk that held a token. Only the first `chunks` entries count. */
  readonly chunkTimes: Float64Array;
  readonly chunks: number;
  /** Length of the prompt, for a first-token deadline that grows with it. */
  readonly promptTokens: number | undefined;
  /** How many of them a prefix cache answered, as the server says; 0 if it does not. */
  readonly cachedTokens: number;
}

/** The part of a policy that decides when a token arrived. */
export type TimelinePolicy = Pick<ScorePolicy, 'chunks' | 'channel' | 'from'>;

/**
 * Token times of one record. `burst`: all tokens of a chunk at its arrival (paper, 1.6 H–J);
 * `chunk`: one token a chunk; `even`: spread over the wait since the chunk before, except the first
 * chunk, whose tokens cannot have come earlier than it did. Never before `origin`, never backwards.
 */
export function timelineOf(record: RequestRecord, policy: TimelinePolicy): Timeline {
  const timeline = new TimelineReader(policy).read(record);
  return {
    ...timeline,
    times: timeline.times.slice(0, timeline.length),
    chunkTimes: timeline.chunkTimes.slice(0, timeline.chunks),
  };
}

/** A timeline of one-token chunks from `[first-token time, gap, gap, …]`. */
export function timelineFromGaps(gaps: readonly number[], promptTokens?: number): Timeline {
  let now = 0;
  const times = Float64Array.from(gaps, (gap) => {
    now += gap;
    return now;
  });
  return {
    origin: 0 as Nanoseconds,
    times,
    length: times.length,
    tokens: times.length,
    firstChunk: Math.min(1, times.length),
    chunkTimes: times,
    chunks: times.length,
    promptTokens,
    cachedTokens: 0,
  };
}

/** Prompt length as the server saw it, else as we counted it, else as the plan asked for it. */
export const promptTokensOf = ({ prompt }: RequestRecord): number | undefined =>
  prompt.reported ?? prompt.local ?? prompt.asked;

const channels: Readonly<Record<ScorePolicy['channel'], readonly (typeof chunkKinds)[number][]>> = {
  any: ['content', 'reasoning', 'tool'],
  visible: ['content'],
};

/** 1 for every chunk kind that is on the channel, by its index in `chunkKinds`. */
export const channelMask = (channel: ScorePolicy['channel']): Uint8Array =>
  Uint8Array.from(chunkKinds, (kind) => (channels[channel].includes(kind) ? 1 : 0));

/** Reads timelines one after the other into the same memory: a timeline lives until the next `read`. */
export class TimelineReader {
  readonly #policy: TimelinePolicy;
  readonly #mask: Uint8Array;
  #times = new Float64Array(256);
  #chunkTimes = new Float64Array(256);

  constructor(policy: TimelinePolicy) {
    this.#policy = policy;
    this.#mask = channelMask(policy.channel);
  }

  read(record: RequestRecord): Timeline {
    const origin = this.#policy.from === 'sent' ? (record.sentAt ?? record.scheduledAt) : record.scheduledAt;
    const { at, tokens, kind } = record.chunks;
    const mask = this.#mask;
    const even = this.#policy.chunks === 'even';
    const single = this.#policy.chunks === 'chunk';
    this.#chunkTimes = grown(this.#chunkTimes, at.length);
    const chunkTimes = this.#chunkTimes;
    let times = grown(this.#times, at.length);
    let previous = origin as number;
    let length = 0;
    let first = 0;
    let count = 0;
    let counted = 0;
    for (let i = 0; i < at.length; i++) {
      const held = tokens[i] as number;
      if (held <= 0 || mask[kind[i] as number] !== 1) continue;
      let arrival = at[i] as number;
      if (arrival < previous) arrival = previous;
      if (count === 0) first = held;
      counted += held;
      if (held === 1 || single) times[length++] = arrival;
      else {
        times = grown(times, length + held + at.length - i);
        if (even && count > 0) spread(times, length, held, previous, arrival);
        else times.fill(arrival, length, length + held);
        length += held;
      }
      chunkTimes[count++] = arrival;
      previous = arrival;
    }
    this.#times = times;
    return {
      origin,
      times,
      length,
      tokens: counted,
      firstChunk: first,
      chunkTimes,
      chunks: count,
      promptTokens: promptTokensOf(record),
      cachedTokens: record.prompt.cached ?? 0,
    };
  }
}

/** `size` tokens at equal steps after `from`, the last of them at `to`. */
function spread(times: Float64Array, start: number, size: number, from: number, to: number): void {
  for (let j = 1; j <= size; j++) times[start + j - 1] = Math.round(from + ((to - from) * j) / size);
}
