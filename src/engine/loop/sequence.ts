import type { EngineRequest } from '../core.ts';

/** A request inside the engine and how far it has come. */
export interface Sequence {
  readonly id: number;
  readonly request: EngineRequest;
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly priority: number;
  /** When it reached the scheduler, nanoseconds. */
  readonly arrivedAt: number;
  /** Chained keys of its full blocks, for the prefix cache. */
  keys: readonly number[];
  /** Tokens whose keys and values are in memory. */
  computed: number;
  /** Output tokens so far; a recompute keeps them. */
  generated: number;
  /** Key-value blocks it holds, the tokens they have room for; with a prefix cache, which ones, and how many are in the cache. */
  blocks: number;
  capacity: number;
  table: number[];
  committed: number;
  /** Prompt tokens answered from the prefix cache at first admission. */
  cachedTokens: number;
  /** When its first token was first worked on. */
  scheduledAt: number | undefined;
  preemptions: number;
  state: 'waiting' | 'running' | 'ended';
}

export function createSequence(request: EngineRequest, arrivedAt: number, keys: readonly number[]): Sequence {
  return {
    id: request.id,
    request,
    promptTokens: request.promptTokens,
    outputTokens: request.outputTokens,
    priority: request.priority ?? 0,
    arrivedAt,
    keys,
    computed: 0,
    generated: 0,
    blocks: 0,
    capacity: 0,
    table: [],
    committed: 0,
    cachedTokens: 0,
    scheduledAt: undefined,
    preemptions: 0,
    state: 'waiting',
  };
}

/** Tokens that exist, prompt and answer; all but the newest are computed while decoding. */
export const knownTokens = (sequence: Sequence): number => sequence.promptTokens + sequence.generated;

/** Tokens to compute before the next one is emitted: the rest of a prefill or recompute, 1 for a decode. */
export const pendingTokens = (sequence: Sequence): number =>
  sequence.promptTokens + sequence.generated - sequence.computed;

export const isDecoding = (sequence: Sequence): boolean => sequence.generated > 0 && pendingTokens(sequence) === 1;
