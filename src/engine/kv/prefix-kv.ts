import type { Sequence } from '../loop/sequence.ts';
import { knownTokens } from '../loop/sequence.ts';
import type { KvCache } from './kv-cache.ts';

/**
 * Blocks with identity and an automatic prefix cache: full blocks are reference-counted and shared
 * by key. A freed block keeps its content at the tail of a least-recently-used list until it is
 * handed out again; a sequence's last block is freed first, so the heads of prefixes live longest.
 */
export class PrefixKv implements KvCache {
  readonly total: number;
  readonly blockSize: number;
  readonly shares = true;
  queries = 0;
  hits = 0;
  free: number;
  readonly #byKey = new Map<number, number>();
  #privateKeys = 0;
  /** Per block: its key (0: none), its holders, and its neighbours in the free list; `total` is the list's end. */
  readonly #key: Float64Array;
  readonly #holders: Uint32Array;
  readonly #previous: Int32Array;
  readonly #next: Int32Array;

  constructor(total: number, blockSize: number) {
    this.total = total;
    this.blockSize = blockSize;
    this.free = total;
    this.#key = new Float64Array(total);
    this.#holders = new Uint32Array(total);
    this.#previous = Int32Array.from({ length: total + 1 }, (_, i) => (i === 0 ? total : i - 1));
    this.#next = Int32Array.from({ length: total + 1 }, (_, i) => (i === total ? 0 : i + 1));
  }

  blocksFor(tokens: number): number {
    return Math.ceil(tokens / this.blockSize);
  }

  lookUp(sequence: Sequence): number {
    const most = Math.min(sequence.keys.length, Math.floor((knownTokens(sequence) - 1) / this.blockSize));
    let found = 0;
    while (found < most && this.#byKey.has(sequence.keys[found] ?? 0)) found++;
    return found * this.blockSize;
  }

  admit(sequence: Sequence, hit: number, tokens: number): boolean {
    const shared = sequence.keys.slice(0, hit / this.blockSize).map((key) => this.#byKey.get(key) ?? 0);
    const unheld = shared.reduce((count, block) => count + (this.#holders[block] === 0 ? 1 : 0), 0);
    if (this.blocksFor(tokens) - shared.length > this.free - unheld) return false;
    for (const block of shared) this.#hold(block);
    sequence.table = shared;
    sequence.blocks = shared.length;
    sequence.capacity = shared.length * this.blockSize;
    sequence.committed = shared.length;
    this.queries += knownTokens(sequence);
    this.hits += hit;
    return this.grow(sequence, tokens);
  }

  grow(sequence: Sequence, tokens: number): boolean {
    if (tokens <= sequence.capacity) return true;
    const more = Math.ceil(tokens / this.blockSize) - sequence.blocks;
    if (more > this.free) return false;
    this.#allocate(more, sequence.table);
    sequence.blocks += more;
    sequence.capacity = sequence.blocks * this.blockSize;
    return true;
  }

  commit(sequence: Sequence): void {
    const full = Math.min(Math.floor(sequence.computed / this.blockSize), sequence.keys.length);
    for (; sequence.committed < full; sequence.committed++) {
      const key = sequence.keys[sequence.committed] ?? 0;
      const block = sequence.table[sequence.committed];
      // Two sequences may compute the same prefix at once: the first one's blocks are shared, the second's stay private.
      if (block === undefined || this.#byKey.has(key)) continue;
      this.#byKey.set(key, block);
      this.#key[block] = key;
    }
  }

  remember(sequence: Sequence): void {
    const full = Math.floor(sequence.computed / this.blockSize);
    const known = sequence.keys.length;
    // Blocks without a hash get a key only this sequence knows.
    if (known < full)
      sequence.keys = [...sequence.keys, ...Array.from({ length: full - known }, () => -++this.#privateKeys)];
    this.commit(sequence);
  }

  release(sequence: Sequence): void {
    let last = this.#previous[this.total] ?? 0;
    for (let i = sequence.table.length - 1; i >= 0; i--) {
      const block = sequence.table[i] ?? 0;
      const holders = (this.#holders[block] ?? 1) - 1;
      this.#holders[block] = holders;
      if (holders > 0) continue;
      this.#link(last, block);
      last = block;
      this.free++;
    }
    this.#link(last, this.total);
    sequence.table = [];
    sequence.blocks = 0;
    sequence.capacity = 0;
    sequence.committed = 0;
  }

  resetPrefixes(): void {
    for (const [key, block] of this.#byKey) {
      if (this.#holders[block] !== 0) continue;
      this.#byKey.delete(key);
      this.#key[block] = 0;
    }
  }

  /** A cached block gets one more holder. */
  #hold(block: number): void {
    const holders = this.#holders[block] ?? 0;
    this.#holders[block] = holders + 1;
    if (holders > 0) return;
    this.#link(this.#previous[block] ?? 0, this.#next[block] ?? 0);
    this.free--;
  }

  /** The blocks that have been free longest; what they had cached is forgotten. */
  #allocate(count: number, into: number[]): void {
    let block = this.#next[this.total] ?? 0;
    for (let i = 0; i < count; i++) {
      const key = this.#key[block] ?? 0;
      if (key !== 0) {
        this.#byKey.delete(key);
        this.#key[block] = 0;
      }
      this.#holders[block] = 1;
      into.push(block);
      block = this.#next[block] ?? 0;
    }
    this.#link(this.total, block);
    this.free -= count;
  }

  #link(before: number, after: number): void {
    this.#next[before] = after;
    this.#previous[after] = before;
  }
}
