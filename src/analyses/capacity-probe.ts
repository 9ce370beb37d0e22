import type { Tally } from '../slo/index.ts';
import type { UnsteadyReason } from './steady-state.ts';

/** Observes at least `requests` more requests at a load: one run, or one piece of a simulation. */
export type Probe = (load: number, requests: number) => Promise<ProbeObservation>;

/** What one more piece of observation at a load has shown. */
export interface ProbeObservation {
  /** One tally per condition of the objective, requests in the order they were due. */
  readonly tallies: readonly Tally[];
  /** 1 for each request of the tallies that met nobody else in the system; absent in a closed loop. */
  readonly alone?: Uint8Array;
  /** Requests whose prompts lie outside the lengths the prefill curve was measured on; absent if none do. */
  readonly extrapolated?: number;
  /** `growing`: more comes in than goes out, without bound; `rising`: it cannot be told yet. */
  readonly backlog: 'steady' | 'rising' | 'growing';
  /**
   * Why the observation says nothing about the load, and so is never a bound: the `client` could not
   * make it, it was `cut` before it had observed enough, or the `target` was not there.
   */
  readonly limit?: { readonly kind: 'client' | 'cut' | 'target'; readonly reason: string };
  readonly cost: ProbeCost;
  readonly window?: ProbeWindow;
  readonly point?: OperatingPoint;
  /** Where the observation is stored. */
  readonly run?: string;
}

/** Which requests of a look were judged. */
export type ProbeWindow =
  /** Those issued in its steady state. */
  | { readonly kind: 'steady'; readonly requests: number }
  /** It had none: those that met a system neither filling nor emptying. */
  | { readonly kind: 'settled'; readonly requests: number; readonly why: UnsteadyReason }
  /** All, as in the literature. */
  | { readonly kind: 'whole'; readonly requests: number };

export interface ProbeCost {
  readonly requests: number;
  readonly seconds: number;
  /** Of prompts and answers. */
  readonly tokens: number;
  /** In the currency of the prices; absent where none were given. */
  readonly money?: number;
}

/** How the system ran at a load. */
export interface OperatingPoint {
  readonly offered_per_s?: number;
  readonly completed_per_s?: number;
  readonly outputTokens_per_s?: number;
  readonly ttftP50_ms?: number;
  readonly ttftP99_ms?: number;
  readonly tpotP50_ms?: number;
  readonly e2eP50_ms?: number;
  readonly e2eP99_ms?: number;
  readonly inFlightMean?: number;
}

export const noCost: ProbeCost = { requests: 0, seconds: 0, tokens: 0 };

export const addCosts = (a: ProbeCost, b: ProbeCost): ProbeCost => ({
  requests: a.requests + b.requests,
  seconds: a.seconds + b.seconds,
  tokens: a.tokens + b.tokens,
  ...((a.money ?? b.money) !== undefined && { money: (a.money ?? 0) + (b.money ?? 0) }),
});
