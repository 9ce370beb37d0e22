import { nanosecondsPerMillisecond } from '../core/units.ts';
import { clusteredRatio } from './clustered-ratio.ts';
import { NumberList } from './number-list.ts';
import type { Population } from './sample.ts';
import { selectRanks } from './select-ranks.ts';

const smallestBlock = 1 << 10;
const largestBlock = 1 << 20;
const largestShort = 0xffffffff;
/** Requests looked at for the design effect: enough to know it within a few percent. */
const clusterLimit = 5_000;

/**
 * Waits of all requests pooled: 10^8 of them kept exactly and selected from without sorting. Takes
 * whole nanoseconds. Zeros are counted, waits below 4.29 s are kept as 32-bit integers beside a count
 * by their high 16 bits, the few longer ones as doubles.
 */
export class GapStore {
  readonly #blocks: Uint32Array[] = [];
  /** How much of each block before the last is used, after a first entry for none. */
  readonly #ends: number[] = [];
  #block = new Uint32Array(0);
  #used = 0;
  #stored = 0;
  readonly #byHighBits = new Uint32Array(1 << 16);
  readonly #long: number[] = [];
  #zeros = 0;
  #sum = 0;
  #smallest = Number.POSITIVE_INFINITY;
  #greatest = 0;
  /** Per request: its block, where its stored and its long waits end, how many waits it has, how many extra zeros. */
  readonly #requests = {
    block: new NumberList(),
    end: new NumberList(),
    longEnd: new NumberList(),
    count: new NumberList(),
    extra: new NumberList(),
  };
  #extraZeros = 0;
  readonly #known = new Map<number, number>();

  /**
   * The waits between neighbours of one request's ascending times. `extraZeros`: how many more waits
   * of 0 the request has in the population that counts them.
   */
  addRequest(times: Float64Array, length: number, extraZeros = 0): void {
    if (length < 1 || length + extraZeros < 2) return;
    const counts = this.#byHighBits;
    const start = times[0] as number;
    this.#known.clear();
    this.#reserve(length);
    const block = this.#block;
    let used = this.#used;
    let greatest = this.#greatest;
    let smallest = this.#smallest;
    let previous = start;
    for (let i = 1; i < length; i++) {
      const time = times[i] as number;
      const gap = time - previous;
      previous = time;
      if (gap > greatest) greatest = gap;
      if (gap < smallest) smallest = gap;
      if (gap === 0) this.#zeros++;
      else if (gap > largestShort) this.#long.push(gap);
      else {
        block[used++] = gap;
        const bucket = gap >>> 16;
        counts[bucket] = (counts[bucket] as number) + 1;
      }
    }
    this.#stored += used - this.#used;
    this.#used = used;
    this.#sum += previous - start;
    this.#greatest = greatest;
    this.#smallest = smallest;
    this.#extraZeros += extraZeros;
    this.#requests.block.push(this.#blocks.length - 1);
    this.#requests.end.push(used);
    this.#requests.longEnd.push(this.#long.length);
    this.#requests.count.push(length - 1);
    this.#requests.extra.push(extraZeros);
  }

  /** Room for one more request in the last block. */
  #reserve(length: number): void {
    if (this.#used + length <= this.#block.length) return;
    this.#ends.push(this.#used);
    this.#block = new Uint32Array(Math.max(length, Math.min(largestBlock, Math.max(smallestBlock, this.#stored))));
    this.#blocks.push(this.#block);
    this.#used = 0;
  }

  /** The blocks with what is used of each. */
  get #filledBlocks(): Uint32Array[] {
    return this.#blocks.map((block, i) => block.subarray(0, this.#ends[i + 1] ?? this.#used));
  }

  /** The waits in milliseconds, with or without the extra zeros. */
  population(withExtraZeros: boolean): Population {
    const zeros = this.#zeros + (withExtraZeros ? this.#extraZeros : 0);
    const n = zeros + this.#stored + this.#long.length;
    const count = this.#requests.count.values;
    const extra = this.#requests.extra.values;
    const counts = withExtraZeros ? count.map((own, i) => own + (extra[i] as number)) : count;
    const none = n === 0;
    return {
      n,
      min: none ? undefined : (zeros > 0 ? 0 : this.#smallest) / nanosecondsPerMillisecond,
      max: none ? undefined : this.#greatest / nanosecondsPerMillisecond,
      mean: none ? undefined : this.#sum / n / nanosecondsPerMillisecond,
      at: (ranks) => this.#at(ranks, zeros).map((gap) => gap / nanosecondsPerMillisecond),
      designEffects: (thresholds) =>
        thresholds.map((threshold) => this.#designEffect(Math.round(threshold * nanosecondsPerMillisecond), counts)),
    };
  }

  #at(ranks: readonly number[], zeros: number): number[] {
    const stored = this.#stored;
    const long = Float64Array.from(this.#long).sort();
    const selected = this.#selected(ranks.map((rank) => rank - zeros).filter((rank) => rank > 0 && rank <= stored));
    return ranks.map((rank) => {
      const place = rank - zeros;
      if (place <= 0) return 0;
      return (place <= stored ? selected.get(place) : long[place - stored - 1]) as number;
    });
  }

  /** Stored waits by rank; what was asked before is remembered. */
  #selected(ranks: readonly number[]): ReadonlyMap<number, number> {
    const fresh = [...new Set(ranks)].filter((rank) => !this.#known.has(rank)).sort((a, b) => a - b);
    if (fresh.length > 0) this.#select(fresh);
    return this.#known;
  }

  /** The count by high bits says in which bucket a rank lies; only those buckets are looked into. */
  #select(ranks: readonly number[]): void {
    const places = locate(this.#byHighBits, ranks);
    const buckets = new Map<number, Float64Array>();
    for (const { bucket } of places) buckets.set(bucket, new Float64Array(this.#byHighBits[bucket] as number));
    this.#fill(buckets);
    for (const [bucket, values] of buckets) {
      const within = places.filter((place) => place.bucket === bucket);
      selectRanks(
        values,
        within.map(({ rank, before }) => rank - before),
      );
      for (const { rank, before } of within) this.#known.set(rank, values[rank - before - 1] as number);
    }
  }

  #fill(buckets: ReadonlyMap<number, Float64Array>): void {
    const slots = new Int16Array(1 << 16).fill(-1);
    const targets = [...buckets.values()];
    for (const [slot, bucket] of [...buckets.keys()].entries()) slots[bucket] = slot;
    const filled = new Uint32Array(targets.length);
    for (const block of this.#filledBlocks) {
      for (let j = 0; j < block.length; j++) {
        const gap = block[j] as number;
        const slot = slots[gap >>> 16] as number;
        if (slot < 0) continue;
        const place = filled[slot] as number;
        filled[slot] = place + 1;
        (targets[slot] as Float64Array)[place] = gap;
      }
    }
  }

  /**
   * Ratio-estimator variance of the share of waits above a threshold, with requests as clusters, over
   * the variance of as many independent waits. Never below 1.
   */
  #designEffect(threshold: number, counts: Float64Array): number {
    if (counts.length < 2) return Number.POSITIVE_INFINITY;
    const stride = Math.ceil(counts.length / clusterLimit);
    const above: number[] = [];
    const wholes: number[] = [];
    for (let request = 0; request < counts.length; request += stride) {
      above.push(this.#above(request, threshold));
      wholes.push(counts[request] as number);
    }
    const { share, variance, total } = clusteredRatio(above, wholes);
    // Nothing lies above the largest wait: ask for what reaches it.
    if (share === 0 && threshold > 0) return this.#designEffect(threshold - 1, counts);
    if (!(share > 0 && share < 1) || variance === undefined) return 1;
    return Math.max(1, variance / ((share * (1 - share)) / total));
  }

  /** How many waits of one request are longer than the threshold. */
  #above(request: number, threshold: number): number {
    const block = this.#requests.block.values;
    const end = this.#requests.end.values;
    const longEnd = this.#requests.longEnd.values;
    const waits = this.#blocks[block[request] as number] as Uint32Array;
    const isFirst = block[request] !== block[request - 1];
    const to = end[request] as number;
    const longTo = longEnd[request] as number;
    let above = 0;
    for (let i = isFirst ? 0 : (end[request - 1] as number); i < to; i++) {
      if ((waits[i] as number) > threshold) above++;
    }
    for (let i = request === 0 ? 0 : (longEnd[request - 1] as number); i < longTo; i++) {
      if ((this.#long[i] as number) > threshold) above++;
    }
    return above;
  }
}

interface Place {
  readonly rank: number;
  readonly bucket: number;
  /** Values in the buckets before. */
  readonly before: number;
}

/** For ascending ranks: the bucket of each. */
function locate(counts: Uint32Array, ranks: readonly number[]): Place[] {
  const places: Place[] = [];
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
