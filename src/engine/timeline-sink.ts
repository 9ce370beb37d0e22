import type { Nanoseconds } from '../core/units.ts';

/** Receives whole timelines instead of one emission per token. Within one request times ascend. */
export interface TimelineSink {
  tokens(id: number, at: Nanoseconds, tokens: number): void;
  /** Each of `requests` emitted one token at each of the first `count` of `times`. Both arrays are reused: copy. */
  run(requests: readonly { readonly id: number }[], times: Float64Array, count: number): void;
  finished(id: number, at: Nanoseconds, facts: RequestFacts): void;
  rejected(id: number, at: Nanoseconds, reason: string): void;
}

/** What the engine alone knows of a finished request. */
export interface RequestFacts {
  readonly cachedTokens: number;
  /** When the scheduler first worked on it. */
  readonly scheduledAt: Nanoseconds;
  readonly preemptions: number;
}
