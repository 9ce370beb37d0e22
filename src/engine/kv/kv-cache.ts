import type { Sequence } from '../loop/sequence.ts';

/** Key-value memory in blocks of `blockSize` tokens, as paged attention has it. */
export interface KvCache {
  readonly total: number;
  readonly blockSize: number;
  /** Whether full blocks are shared between sequences. */
  readonly shares: boolean;
  /** Blocks that could be handed out now, those the prefix cache would give up included. */
  readonly free: number;
  /** Prompt tokens looked up in the prefix cache, and found. */
  readonly queries: number;
  readonly hits: number;
  blocksFor(tokens: number): number;
  /** Tokens of the longest cached prefix: whole blocks, and never all known tokens. */
  lookUp(sequence: Sequence): number;
  /** Takes over `hit` cached tokens and blocks for `tokens` in all; false, changing nothing, if there is no room. */
  admit(sequence: Sequence, hit: number, tokens: number): boolean;
  /** Makes room for `tokens` in all; false, changing nothing, if there is none. */
  grow(sequence: Sequence, tokens: number): boolean;
  /** `computed` moved on: blocks that became full may be shared from now on. */
  commit(sequence: Sequence): void;
  /** Before a preemption: what is computed may be found again, if nobody needs the memory meanwhile. */
  remember(sequence: Sequence): void;
  release(sequence: Sequence): void;
  /** Forgets every cached prefix that nobody holds. */
  resetPrefixes(): void;
}
