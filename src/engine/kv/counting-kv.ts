import type { Sequence } from '../loop/sequence.ts';
import type { KvCache } from './kv-cache.ts';

/** Blocks without identity: nothing is shared, so counting them is enough. */
export class CountingKv implements KvCache {
  readonly total: number;
  readonly blockSize: number;
  readonly shares = false;
  readonly queries = 0;
  readonly hits = 0;
  free: number;

  constructor(total: number, blockSize: number) {
    this.total = total;
    this.blockSize = blockSize;
    this.free = total;
  }

  blocksFor(tokens: number): number {
    return Math.ceil(tokens / this.blockSize);
  }

  lookUp(): number {
    return 0;
  }

  admit(sequence: Sequence, _hit: number, tokens: number): boolean {
    return this.grow(sequence, tokens);
  }

  grow(sequence: Sequence, tokens: number): boolean {
    if (tokens <= sequence.capacity) return true;
    const more = Math.ceil(tokens / this.blockSize) - sequence.blocks;
    if (more > this.free) return false;
    this.free -= more;
    sequence.blocks += more;
    sequence.capacity = sequence.blocks * this.blockSize;
    return true;
  }

  commit(): void {}

  remember(): void {}

  release(sequence: Sequence): void {
    this.free += sequence.blocks;
    sequence.blocks = 0;
    sequence.capacity = 0;
  }

  resetPrefixes(): void {}
}
