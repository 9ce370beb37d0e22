import type { Nanoseconds, PerSecond } from '../core/units.ts';
import { milliseconds, perSecond, seconds } from '../core/units.ts';
import type { PrefillOffsets } from './prefill-offset.ts';

/**
 * Every choice that moves a number, named. Printed in every output; a stored run can be scored
 * again under any other. Defaults follow the paper (arXiv 2407.07000) where it decides.
 */
export interface ScorePolicy {
  /** D_d: time between token deadlines. */
  readonly decodeDeadline: Nanoseconds;
  /** D_p: the first token's deadline, constant or by prompt length. */
  readonly prefillDeadline: PrefillDeadline;
  /** A request is fluid from this fluidity-index. */
  readonly fluidFrom: number;
  /** Share of requests that must be fluid. */
  readonly fluidShare: number;
  /** Whether the first token has a deadline and can bank slack. The fluid rate never counts it. */
  readonly ignoreFirstToken: boolean;
  /** The most slack a request can bank; absent: no cap (paper). */
  readonly slackCap?: Nanoseconds;
  /** How the tokens of one chunk are timed: together, as one, or spread over the gap before. */
  readonly chunks: 'burst' | 'chunk' | 'even';
  /** A deadline that coincides with the late token's arrival: missed (paper) or met (strict). */
  readonly ties: 'paper' | 'strict';
  /** Which tokens are on the reader's clock. */
  readonly channel: 'any' | 'visible';
  /** Latencies count from the scheduled or from the actual send time. Both are always reported. */
  readonly from: 'scheduled' | 'sent';
  /** TPOT's divisor: tokens after the first chunk, or the paper's n − 1. */
  readonly tpot: 'after-first-chunk' | 'paper';
  /** Reading pace for QoE, playback and smooth goodput. */
  readonly pace: PerSecond;
  /** First-token time a reader expects (Andes QoE). */
  readonly expectedTtft: Nanoseconds;
  /** Start-up delay of the simulated playback, after the first token. */
  readonly playbackDelay: Nanoseconds;
  /** Smooth goodput: tokens lost per idle second. */
  readonly idlePenalty: number;
  /** Percentile and rate rules: ours (order statistics) or another tool's. */
  readonly dialect: 'metron' | 'etalon';
}

export type PrefillDeadline =
  | { readonly kind: 'constant'; readonly deadline: Nanoseconds }
  | {
      readonly kind: 'curve';
      /** D_p(P) = a + √(floor² + (bP)²) + cP² + slack; coefficients in ns, ns/token, ns/token². */
      readonly a: number;
      readonly b: number;
      readonly c: number;
      /** Time that reading the weights takes however short the prompt; absent: 0, and the middle term is bP. */
      readonly floor?: number;
      /** For each token that a cache answered, ns; absent: 0. */
      readonly perCached?: number;
      /** What times were measured above the formula, ns, by tokens that had to be computed; absent: nothing. */
      readonly offsets?: PrefillOffsets;
      readonly slack: Nanoseconds;
      /** Prompt lengths the curve was measured on. */
      readonly from: number;
      readonly to: number;
      /** The same lengths as they were asked for, where the server counts more; absent: `from` and `to`. */
      readonly askedFrom?: number;
      readonly askedTo?: number;
      /** Prompts outside are given deadlines by the formula all the same, and flagged; else they are refused. */
      readonly extrapolate?: true;
      readonly id: string;
    };

export const defaultPolicy: ScorePolicy = {
  decodeDeadline: milliseconds(50),
  prefillDeadline: { kind: 'constant', deadline: seconds(1) },
  fluidFrom: 0.9,
  fluidShare: 0.99,
  ignoreFirstToken: false,
  chunks: 'burst',
  ties: 'paper',
  channel: 'any',
  from: 'scheduled',
  tpot: 'after-first-chunk',
  pace: perSecond(20),
  expectedTtft: seconds(1),
  playbackDelay: milliseconds(0),
  idlePenalty: 20,
  dialect: 'metron',
};
