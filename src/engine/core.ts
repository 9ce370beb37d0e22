import type { Nanoseconds } from '../core/units.ts';

/**
 * A simulated inference engine: a pure discrete-event machine. It reads no clock, draws only from
 * its own seeded stream and does no I/O, so the same inputs give a byte-identical event log.
 * Drivers give it time: the HTTP server in real time, the virtual driver as fast as it computes.
 */
export interface EngineCore {
  /** Hands over a request at `at`; times never go backwards across calls. */
  submit(request: EngineRequest, at: Nanoseconds): void;
  /** The client went away; its resources are freed at the next boundary. Unknown or finished ids are ignored. */
  cancel(id: number, at: Nanoseconds): void;
  /** When the engine next does something by itself; undefined while idle. */
  nextAt(): Nanoseconds | undefined;
  /** Executes everything up to and including `to`, reporting what leaves the engine in order of time. */
  advance(to: Nanoseconds, emit: (emission: Emission) => void): void;
  stats(): EngineStats;
}

export interface EngineRequest {
  readonly id: number;
  readonly promptTokens: number;
  /** Output tokens the answer will have, first one included; at least 1. */
  readonly outputTokens: number;
  /** Hash of each full block of the prompt, for the prefix cache; absent: nothing can be shared. */
  readonly blockHashes?: readonly number[];
  readonly priority?: number;
}

export type Emission =
  | { readonly kind: 'tokens'; readonly id: number; readonly at: Nanoseconds; readonly tokens: number }
  | {
      readonly kind: 'finished';
      readonly id: number;
      readonly at: Nanoseconds;
      readonly cachedTokens: number;
      /** When the engine first worked on it, where it can say. */
      readonly scheduledAt?: Nanoseconds;
    }
  | { readonly kind: 'rejected'; readonly id: number; readonly at: Nanoseconds; readonly reason: string };

export interface EngineStats {
  readonly waiting: number;
  readonly running: number;
  readonly preemptions: number;
  readonly kvUsed: number;
  readonly kvTotal: number;
}
