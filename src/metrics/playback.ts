import { type Nanoseconds, nanosecondsPerSecond } from '../core/units.ts';
import type { ScorePolicy } from './policy.ts';
import type { Timeline } from './timeline.ts';

/**
 * An answer played like a video: reading starts `playbackDelay` after the first token and takes
 * 1 ÷ pace a token; where the next token is not there yet, reading stalls.
 */
export interface Playback {
  readonly stalls: number;
  readonly stalled: Nanoseconds;
  readonly longest: Nanoseconds;
  /** Place of the token awaited in the longest stall, from 0; absent if there was no stall. */
  readonly longestToken: number | undefined;
  /** Stalled ÷ (stalled + reading) from the start of reading; absent with fewer than two tokens. */
  readonly rebufferRatio: number | undefined;
  /** The shortest wait after the first token with which reading would never stall. */
  readonly requiredStartupDelay: Nanoseconds;
}

export type PlaybackPolicy = Pick<ScorePolicy, 'pace' | 'playbackDelay'>;

/** Absent for an answer without a token. */
export function playback({ times, length }: Timeline, policy: PlaybackPolicy): Playback | undefined {
  if (length === 0) return undefined;
  const step = nanosecondsPerSecond / policy.pace;
  const start = times[0] as number;
  let read = start + policy.playbackDelay;
  let stalls = 0;
  let stalled = 0;
  let longest = 0;
  let longestToken = -1;
  let behind = 0;
  for (let i = 1; i < length; i++) {
    const arrival = times[i] as number;
    const wait = arrival - start - i * step;
    if (wait > behind) behind = wait;
    read += step;
    if (arrival <= read) continue;
    const stall = arrival - read;
    stalls++;
    stalled += stall;
    if (stall > longest) {
      longest = stall;
      longestToken = i;
    }
    read = arrival;
  }
  const reading = (length - 1) * step;
  return {
    stalls,
    stalled: Math.round(stalled) as Nanoseconds,
    longest: Math.round(longest) as Nanoseconds,
    longestToken: longestToken < 0 ? undefined : longestToken,
    rebufferRatio: length < 2 ? undefined : stalled / (stalled + reading),
    requiredStartupDelay: Math.ceil(behind) as Nanoseconds,
  };
}
