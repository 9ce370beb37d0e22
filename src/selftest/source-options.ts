import type { Nanoseconds } from '../core/units.ts';

/** What a stamped source answers to every request. */
export interface SourceOptions {
  /** Events of an answer that carry a token, where the request names no `max_tokens`. */
  readonly tokens: number;
  /** Between two ticks of one stream. */
  readonly gap: Nanoseconds;
  /** Events sent back to back at each tick; 1 if absent. */
  readonly burst?: number;
  /** From the request to the first token; the phase comes on top. */
  readonly firstTokenAfter: Nanoseconds;
  /** `random`: a phase of its own for each stream; `in-step`: all streams tick together, as those of a batching engine do. */
  readonly phases: 'random' | 'in-step';
  /** Speaks TLS with these, PEM. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** What the source sent for one request, CLOCK_MONOTONIC nanoseconds read directly before each send. */
export interface SentStream {
  readonly request: number;
  readonly receivedAt: number;
  readonly sentAt: Float64Array;
}

/** A source that runs somewhere else, on this machine and by its clock. */
export interface StampedSource {
  readonly port: number;
  /** What was sent since the last call. */
  log(): Promise<readonly SentStream[]>;
  close(): Promise<void>;
}

export type ToSource = 'log' | 'close';
export type FromSource =
  | { readonly type: 'listening'; readonly port: number; readonly native: boolean }
  | { readonly type: 'log'; readonly streams: readonly SentStream[] };
