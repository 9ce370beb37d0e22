import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSequence, type Sequence } from '../loop/sequence.ts';
import { prefixKeys } from './prefix-keys.ts';
import { PrefixKv } from './prefix-kv.ts';

const sequence = (id: number, promptTokens: number, hashes: readonly number[]): Sequence =>
  createSequence({ id, promptTokens, outputTokens: 10 }, 0, prefixKeys(hashes));

/** Admits with what is cached and computes the whole prompt; false without room. */
function prefill(kv: PrefixKv, one: Sequence): boolean {
  const hit = kv.lookUp(one);
  if (!kv.admit(one, hit, one.promptTokens)) return false;
  one.computed = one.promptTokens;
  kv.commit(one);
  return true;
}

describe('prefix cache', () => {
  it('shares full blocks and counts a shared block once', () => {
    const kv = new PrefixKv(100, 16);
    const [first, second] = [sequence(1, 64, [1, 2, 3, 4]), sequence(2, 64, [1, 2, 9, 4])];
    prefill(kv, first);
    expect(kv.free).toBe(96);
    expect(kv.lookUp(second)).toBe(32);
    prefill(kv, second);
    expect(kv.free).toBe(94);
    expect(second.table.slice(0, 2)).toEqual(first.table.slice(0, 2));
    kv.release(first);
    expect(kv.free).toBe(96);
    kv.release(second);
    expect(kv.free).toBe(100);
    expect({ queries: kv.queries, hits: kv.hits }).toEqual({ queries: 128, hits: 32 });
  });

  it('never answers the last token', () => {
    const kv = new PrefixKv(100, 16);
    prefill(kv, sequence(1, 64, [1, 2, 3, 4]));
    expect(kv.lookUp(sequence(2, 64, [1, 2, 3, 4]))).toBe(48);
    expect(kv.lookUp(sequence(3, 65, [1, 2, 3, 4]))).toBe(64);
  });

  it('needs the whole prefix, not the block alone', () => {
    const kv = new PrefixKv(100, 16);
    prefill(kv, sequence(1, 48, [1, 2, 3]));
    expect(kv.lookUp(sequence(2, 48, [7, 2, 3]))).toBe(0);
  });

  it('gives up the tails of what was used longest ago first', () => {
    const kv = new PrefixKv(10, 16);
    const old = sequence(1, 64, [1, 2, 3, 4]);
    const recent = sequence(2, 64, [5, 6, 7, 8]);
    for (const one of [old, recent]) {
      prefill(kv, one);
      kv.release(one);
    }
    // Two blocks never used, then the old prompt's tail.
    prefill(kv, sequence(3, 64, [11, 12, 13, 14]));
    expect(kv.lookUp(sequence(4, 100, [1, 2, 3, 4]))).toBe(32);
    expect(kv.lookUp(sequence(5, 100, [5, 6, 7, 8]))).toBe(64);
  });

  it('finds again what a preempted sequence had computed, hashes or not', () => {
    const kv = new PrefixKv(100, 16);
    const one = sequence(1, 100, []);
    prefill(kv, one);
    kv.remember(one);
    kv.release(one);
    one.computed = 0;
    expect(kv.lookUp(one)).toBe(96);
    expect(kv.lookUp(sequence(2, 100, []))).toBe(0);
  });

  it('forgets on request what nobody holds', () => {
    const kv = new PrefixKv(100, 16);
    const [held, free] = [sequence(1, 64, [1, 2, 3, 4]), sequence(2, 64, [5, 6, 7, 8])];
    prefill(kv, held);
    prefill(kv, free);
    kv.release(free);
    kv.resetPrefixes();
    expect(kv.lookUp(sequence(3, 100, [1, 2, 3, 4]))).toBe(64);
    expect(kv.lookUp(sequence(4, 100, [5, 6, 7, 8]))).toBe(0);
  });

  it('never loses or doubles a block', () => {
    const step = fc.record({
      end: fc.boolean(),
      tokens: fc.integer({ min: 1, max: 200 }),
      group: fc.integer({ min: 0, max: 2 }),
      grow: fc.integer({ min: 0, max: 40 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const kv = new PrefixKv(40, 16);
        const alive: Sequence[] = [];
        for (const [id, { end, tokens, group, grow }] of steps.entries()) {
          const ending = end ? alive.shift() : undefined;
          if (ending) kv.release(ending);
          const one = sequence(
            id,
            tokens,
            Array.from({ length: tokens >> 4 }, (_, i) => (i < 4 ? group : id)),
          );
          const before = kv.free;
          if (prefill(kv, one)) alive.push(one);
          else expect(kv.free).toBe(before);
          const [oldest] = alive;
          if (oldest && kv.grow(oldest, oldest.computed + grow)) oldest.computed += grow;
          const held = new Set(alive.flatMap(({ table }) => table));
          expect(kv.free).toBe(40 - held.size);
          for (const { table, blocks, computed } of alive) {
            expect(new Set(table).size).toBe(table.length);
            expect(blocks).toBeGreaterThanOrEqual(Math.ceil(computed / 16));
          }
        }
      }),
    );
  });
});

describe('prefix keys', () => {
  it('are equal for equal prefixes, and for nothing else', () => {
    const hashes = fc.array(fc.integer({ min: -2, max: 2 }), { maxLength: 6 });
    fc.assert(
      fc.property(hashes, hashes, (a, b) => {
        const [left, right] = [prefixKeys(a), prefixKeys(b)];
        for (let i = 0; i < Math.min(a.length, b.length); i++)
          expect(left[i] === right[i]).toBe(a.slice(0, i + 1).join() === b.slice(0, i + 1).join());
        for (const key of left) expect(Number.isSafeInteger(key) && key > 0).toBe(true);
      }),
    );
  });

  it('do not collide in a large pool', () => {
    const keys = prefixKeys(Array.from({ length: 200_000 }, (_, i) => i % 7));
    expect(new Set(keys).size).toBe(200_000);
  });
});
