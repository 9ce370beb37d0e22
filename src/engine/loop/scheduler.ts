import type { KvCache } from '../kv/kv-cache.ts';
import type { Batch } from './batch.ts';
import type { Sequence } from './sequence.ts';
import type { WaitingQueue } from './waiting-queue.ts';

/** What a scheduler sees and may change while it plans. */
export interface SchedulerState {
  readonly now: number;
  readonly waiting: WaitingQueue;
  /** In order of admission. */
  readonly running: Sequence[];
  readonly kv: KvCache;
  /** Moves a sequence whose memory is already taken into `running`. */
  admit(sequence: Sequence): void;
  /** Frees everything a running sequence holds and sends it back to the head of the line, to be recomputed. */
  preempt(sequence: Sequence): void;
  /** Takes a running sequence's memory without losing what was computed; the scheduler copies it out and back. */
  suspend(sequence: Sequence): void;
}

/** Decides what the next iteration computes. Keeps what it must between iterations, never a clock. */
export interface Scheduler {
  plan(state: SchedulerState, batch: Batch): void;
  /** A sequence ended; true: the scheduler keeps its memory and frees it itself. */
  keepsMemory?(sequence: Sequence): boolean;
}

export interface SchedulerSettings {
  /** Sarathi: how chunks shrink while a prompt proceeds; absent: they do not. */
  readonly chunkSchedule?: ChunkSchedule;
  /** Token budget of an iteration (chunk size for Sarathi). */
  readonly maxBatchedTokens: number;
  readonly maxSequences: number;
  readonly maxModelLength: number;
  /** Longest prefill chunk of one sequence; 0: no limit of its own. */
  readonly longPrefillThreshold: number;
  /** Blocks admission leaves free. */
  readonly watermarkBlocks: number;
  /** 1, or 1 + drafts under speculation. */
  readonly tokensPerDecode: number;
  readonly policy: 'fcfs' | 'priority';
  /** Static batching: computing goes on for finished members of a batch. */
  readonly padFinished: boolean;
  /** Static batching: wait for this many requests, but not longer than this many nanoseconds. */
  readonly minBatch: number;
  readonly maxWait: number;
}

/** From `maxBatchedTokens` to `least` tokens in `stages` equal steps over the first `tokens` of a prompt. */
export interface ChunkSchedule {
  readonly least: number;
  readonly stages: number;
  readonly tokens: number;
}
