import type { Nanoseconds } from './units.ts';

/**
 * The record: what arrived and when, for every scheduled request. It is the product of a run;
 * every number is a pure function of it. Unmeasured is absent, never 0.
 */
export interface RequestRecord {
  /** Place in the schedule, from 0. */
  readonly id: number;
  /** The conversation or user this request belongs to, where the load has such a thing. */
  readonly session?: number;
  /** The phase in which the request was scheduled to start. */
  readonly phase: Phase;
  /** When the plan wanted it sent. */
  readonly scheduledAt: Nanoseconds;
  /** When its bytes were handed to the kernel; absent if it never left. */
  readonly sentAt?: Nanoseconds;
  /**
   * 1: the server closed the kept connection before a byte of the answer, and the request went again on a new one.
   * `sentAt` is of the first time, since its reader waited from then on.
   */
  readonly resends?: number;
  /** When the first byte of the response arrived, status line included. */
  readonly firstByteAt?: Nanoseconds;
  /** When the exchange ended, however it ended. */
  readonly endedAt?: Nanoseconds;
  readonly prompt: PromptCounts;
  readonly output: OutputCounts;
  readonly chunks: Chunks;
  readonly outcome: Outcome;
  /** The server's own account of its times, as it sent it; never mixed with ours. */
  readonly serverTiming?: Readonly<Record<string, number>>;
  /** Kept only when asked for. */
  readonly text?: string;
}

export const phases = ['warmup', 'measure', 'drain'] as const;
export type Phase = (typeof phases)[number];

/** What a chunk carried. `other`: role, usage, finish and keep-alive chunks, which hold no token. */
export const chunkKinds = ['content', 'reasoning', 'tool', 'other'] as const;

/** Server-sent events of one response, in order of arrival, as parallel arrays. */
export interface Chunks {
  /** When the read that completed the event returned, or the kernel's stamp where there is one. */
  readonly at: ArrayLike<number>;
  /** Tokens in the event under the record's per-chunk source; 0 for `other`. */
  readonly tokens: ArrayLike<number>;
  /** Index into `chunkKinds`. */
  readonly kind: ArrayLike<number>;
  /** Bytes of the event on the wire. */
  readonly bytes: ArrayLike<number>;
  /** Which read of this response completed the event; equal numbers arrived in one read. */
  readonly read: ArrayLike<number>;
  /** Client's own delay per event, nanoseconds: time of its read − `at`. Absent where it is 0 for all. */
  readonly clientDelay?: ArrayLike<number>;
}

export interface PromptCounts {
  /** Tokens the plan asked for. */
  readonly asked?: number;
  /** Tokens of the prompt text under the run's tokenizer. */
  readonly local?: number;
  /** `usage.prompt_tokens`: chat template included. */
  readonly reported?: number;
  /** Prompt tokens the server answered from its prefix cache. */
  readonly cached?: number;
}

export const tokenSources = ['usage', 'continuous-usage', 'token-ids', 'tokenizer', 'chunk', 'estimate'] as const;
export type TokenSource = (typeof tokenSources)[number];

export interface OutputCounts {
  /** Tokens the plan asked for. */
  readonly asked?: number;
  /** Tokens of the whole answer and where the number comes from; absent if there was none. */
  readonly total?: number;
  readonly totalSource?: TokenSource;
  /** Where `chunks.tokens` comes from. */
  readonly chunkSource?: TokenSource;
  /** `usage.completion_tokens`, and its reasoning share, whatever source was used. */
  readonly reported?: number;
  readonly reportedReasoning?: number;
}

export const timeoutPhases = ['connect', 'first-token', 'between-tokens', 'total'] as const;
export type TimeoutPhase = (typeof timeoutPhases)[number];

/** A request ends in exactly one of these. */
export type Outcome =
  | {
      readonly status: 'completed';
      readonly finishReason?: string;
      /** The server answered without streaming or released everything at once. */
      readonly buffered?: true;
      /** A finish reason came, `[DONE]` did not. */
      readonly withoutDone?: true;
    }
  | { readonly status: 'failed'; readonly failure: RequestFailure }
  | { readonly status: 'truncated'; readonly cause: 'fin' | 'reset' | 'protocol'; readonly detail?: string }
  | { readonly status: 'timeout'; readonly phase: TimeoutPhase }
  /** `run-end` is censoring, not failure. */
  | { readonly status: 'cancelled'; readonly reason: 'user' | 'run-end' }
  /** Scheduled but never sent. */
  | { readonly status: 'dropped'; readonly reason: string };

export type RequestFailure =
  | { readonly kind: 'http'; readonly httpStatus: number; readonly body?: string }
  | {
      readonly kind: 'throttled';
      readonly httpStatus: number;
      readonly retryAfterSeconds?: number;
      readonly body?: string;
    }
  | { readonly kind: 'network'; readonly code: string; readonly detail?: string }
  | { readonly kind: 'protocol'; readonly detail: string }
  | { readonly kind: 'in-band'; readonly message: string }
  | { readonly kind: 'empty' };

/** One word per way to end, for tables of errors: `completed`, `http 503`, `timeout first-token` … */
export function outcomeClass(outcome: Outcome): string {
  switch (outcome.status) {
    case 'completed':
      return 'completed';
    case 'failed':
      return 'httpStatus' in outcome.failure
        ? `${outcome.failure.kind} ${outcome.failure.httpStatus}`
        : outcome.failure.kind === 'network'
          ? `network ${outcome.failure.code}`
          : outcome.failure.kind;
    case 'truncated':
      return `truncated ${outcome.cause}`;
    case 'timeout':
      return `timeout ${outcome.phase}`;
    case 'cancelled':
      return `cancelled ${outcome.reason}`;
    case 'dropped':
      return 'dropped';
    default:
      return outcome satisfies never;
  }
}
