import { nanosecondsPerMillisecond } from '../core/units.ts';
import { clusteredRatio } from './clustered-ratio.ts';
import type { Population } from './sample.ts';

const blockSize = 1 << 20;
const halves = 1 << 16;
const largest = 0xffffffff;
/** Requests looked at for the design effect: enough to know it within a few percent. */
const clusterLimit = 20_000;

/**
 * Waits between tokens, all requests pooled: 10^8 of them kept exactly and selected from without
 * sorting. Takes whole nanoseconds, answers in milliseconds. Zeros are counted, waits below 4.29 s
 * are kept as 32-bit integers, the few longer ones as doubles.
 */
export class GapSample implements Population {
  #blocks: Uint32Array[] = [];
  #block = new Uint32Array(0);
  #used = 0;
  #zeros = 0;
  #long: number[] = [];
  #sum = 0;
  #smallest = Number.POSITIVE_INFINITY;
  #greatest = 0;
  /** Per request: end of its stored waits, its long waits, its number of waits. */
  #ends: number[] = [];
  #longEnds: number[] = [];
  #counts: number[] = [];

  /** The gaps between neighbours of an ascending timeline of one request. */
  addRequest(times: Float64Array, length: number): void {
    let previous = times[0] as number;
    for (let i = 1; i < length; i++) {
      const time = times[i] as number;
      const gap = time - previous;
      previous = time;
      if (gap === 0) this.#zeros++;
      else if (gap > largest) this.#long.push(gap);
      else {
        if (this.#used === this.#block.length) this.#nextBlock();
        this.#block[this.#used++] = gap;
      }
      if (gap > this.#greatest) this.#greatest = gap;
      if (gap < this.#smallest) this.#smallest = gap;
    }
    if (length < 2) return;
    this.#sum += previous - (times[0] as number);
    this.#ends.push(this.#stored);
    this.#longEnds.push(this.#long.length);
    this.#counts.push(length - 1);
  }

  get #stored(): number {
    return this.#blocks.length === 0 ? 0 : (this.#blocks.length - 1) * blockSize + this.#used;
  }

  get n(): number {
    return this.#zeros + this.#stored + this.#long.length;
  }

  get min(): number | undefined {
    return this.n === 0 ? undefined : this.#smallest / nanosecondsPerMillisecond;
  }

  get max(): number | undefined {
    return this.n === 0 ? undefined : this.#greatest / nanosecondsPerMillisecond;
  }

  get mean(): number | undefined {
    return this.n === 0 ? undefined : this.#sum / this.n / nanosecondsPerMillisecond;
  }

  at(ranks: readonly number[]): number[] {
    const stored = this.#stored;
    const long = Float64Array.from(this.#long).sort();
    const inStore = ranks.map((rank) => rank - this.#zeros).filter((rank) => rank > 0 && rank <= stored);
    const selected = this.#select(inStore);
    return ranks.map((rank) => {
      const place = rank - this.#zeros;
      const gap = place <= 0 ? 0 : place <= stored ? selected.get(place) : long[place - stored - 1];
      return (gap as number) / nanosecondsPerMillisecond;
    });
  }

  /**
   * Ratio-estimator variance of the share of gaps above a threshold, with requests as clusters,
   * over the variance of as many independent gaps. Never below 1.
   */
  designEffects(thresholds: readonly number[]): number[] {
    const clusters = this.#counts.length;
    if (clusters < 2) return thresholds.map(() => Number.POSITIVE_INFINITY);
    const stride = Math.ceil(clusters / clusterLimit);
    return thresholds.map((threshold) => this.#designEffect(threshold * nanosecondsPerMillisecond, stride));
  }

  #designEffect(threshold: number, stride: number): number {
    const above: number[] = [];
    const counts: number[] = [];
    for (let cluster = 0; cluster < this.#counts.length; cluster += stride) {
      above.push(this.#exceeding(cluster, threshold));
      counts.push(this.#counts[cluster] as number);
    }
    const { share, variance, total } = clusteredRatio(above, counts);
    // Nothing lies above the largest value: ask for what reaches it.
    if (share === 0) return this.#designEffect(threshold - 1, stride);
    if (share === 1 || variance === undefined) return 1;
    return Math.max(1, variance / ((share * (1 - share)) / total));
  }

  #exceeding(cluster: number, threshold: number): number {
    const from = cluster === 0 ? 0 : (this.#ends[cluster - 1] as number);
    const to = this.#ends[cluster] as number;
    const longFrom = cluster === 0 ? 0 : (this.#longEnds[cluster - 1] as number);
    const longTo = this.#longEnds[cluster] as number;
    let exceeding = 0;
    for (let i = from; i < to; i++) {
      const block = this.#blocks[Math.floor(i / blockSize)] as Uint32Array;
      if ((block[i % blockSize] as number) > threshold) exceeding++;
    }
    for (let i = longFrom; i < longTo; i++) if ((this.#long[i] as number) > threshold) exceeding++;
    return exceeding;
  }

  #nextBlock(): void {
    this.#block = new Uint32Array(blockSize);
    this.#blocks.push(this.#block);
    this.#used = 0;
  }

  /** Values at these ranks of the stored waits: a count by the high 16 bits, then by the low ones. */
  #select(ranks: readonly number[]): Map<number, number> {
    const found = new Map<number, number>();
    if (ranks.length === 0) return found;
    const ordered = [...new Set(ranks)].sort((a, b) => a - b);
    const high = new Uint32Array(halves);
    this.#eachBlock((block, length) => {
      for (let i = 0; i < length; i++) {
        const bucket = (block[i] as number) >>> 16;
        high[bucket] = (high[bucket] as number) + 1;
      }
    });
    const slots = new Int16Array(halves).fill(-1);
    const wanted = locate(high, ordered);
    const buckets = [...new Set(wanted.map(({ bucket }) => bucket))];
    for (const [slot, bucket] of buckets.entries()) slots[bucket] = slot;
    const low = new Uint32Array(buckets.length * halves);
    this.#eachBlock((block, length) => {
      for (let i = 0; i < length; i++) {
        const gap = block[i] as number;
        const slot = slots[gap >>> 16] as number;
        if (slot < 0) continue;
        const place = slot * halves + (gap & 0xffff);
        low[place] = (low[place] as number) + 1;
      }
    });
    for (const { rank, bucket, before } of wanted) {
      const slot = slots[bucket] as number;
      const [within] = locate(low.subarray(slot * halves, (slot + 1) * halves), [rank - before]);
      if (within) found.set(rank, bucket * halves + within.bucket);
    }
    return found;
  }

  #eachBlock(visit: (block: Uint32Array, length: number) => void): void {
    for (const [i, block] of this.#blocks.entries()) {
      visit(block, i === this.#blocks.length - 1 ? this.#used : blockSize);
    }
  }
}

/** For ascending ranks: the bucket of each, and how many values lie in the buckets before it. */
function locate(counts: Uint32Array, ranks: readonly number[]): { rank: number; bucket: number; before: number }[] {
  const places: { rank: number; bucket: number; before: number }[] = [];
  let before = 0;
  let next = 0;
  for (let bucket = 0; bucket < counts.length && next < ranks.length; bucket++) {
    const count = counts[bucket] as number;
    for (; next < ranks.length && (ranks[next] as number) <= before + count; next++) {
      places.push({ rank: ranks[next] as number, bucket, before });
    }
    before += count;
  }
  return places;
}
