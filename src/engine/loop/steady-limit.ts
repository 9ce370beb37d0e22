import type { KvCache } from '../kv/kv-cache.ts';
import type { Sequence } from './sequence.ts';

/**
 * How many decode iterations these sequences can share before one ends or memory runs out.
 * The first one's memory is already theirs.
 */
export function steadyLimit(sequences: readonly Sequence[], kv: KvCache): number {
  let steps = Number.POSITIVE_INFINITY;
  for (const { outputTokens, generated, committed, keys } of sequences) {
    // An answer's blocks enter the prefix cache as they fill: each step may change what is cached.
    if (kv.shares && committed < keys.length) return 1;
    steps = Math.min(steps, outputTokens - generated);
  }
  // Most often there is plenty: no need to count.
  if (sequences.length * (1 + steps / kv.blockSize) <= kv.free) return steps;
  while (steps > 1 && moreBlocks(sequences, kv.blockSize, steps) > kv.free) steps >>= 1;
  return steps;
}

function moreBlocks(sequences: readonly Sequence[], blockSize: number, steps: number): number {
  let blocks = 0;
  for (const sequence of sequences)
    blocks += Math.max(0, Math.ceil((sequence.computed + steps) / blockSize) - sequence.blocks);
  return blocks;
}
