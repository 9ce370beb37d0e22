import type { Nanoseconds } from '../core/units.ts';
import type { ScoredRequest } from './scored-request.ts';

/** Every gap between tokens of the counted requests, in one pass. Nanoseconds. */
export interface Pauses {
  readonly n: number;
  readonly requests: number;
  readonly zero: number;
  readonly longest: number;
  readonly total: number;
  /** Gaps longer than `pause` are called pauses. */
  readonly pause: number;
  readonly long: number;
  readonly longTotal: number;
  readonly median?: number;
  readonly histogram: Histogram;
}

/** Bins of equal ratio; the first and last take what lies beyond. */
interface Histogram {
  readonly from: number;
  readonly ratio: number;
  readonly counts: readonly number[];
  readonly waits: readonly number[];
}

const bins = 48;
/** Decode deadlines a gap must outlast to be called a pause. */
const pauseDeadlines = 5;

export function pausesOf(requests: readonly ScoredRequest[], decodeDeadline: Nanoseconds): Pauses {
  const pause = decodeDeadline * pauseDeadlines;
  const facts = {
    n: 0,
    requests: 0,
    zero: 0,
    longest: 0,
    shortest: Number.POSITIVE_INFINITY,
    total: 0,
    long: 0,
    longTotal: 0,
  };
  for (const { times } of requests) {
    if (times.length > 0) facts.requests++;
    for (const gap of gapsOf(times)) {
      facts.n++;
      facts.total += gap;
      if (gap === 0) facts.zero++;
      else facts.shortest = Math.min(facts.shortest, gap);
      facts.longest = Math.max(facts.longest, gap);
      if (gap > pause) {
        facts.long++;
        facts.longTotal += gap;
      }
    }
  }
  const histogram = fill(requests, facts.shortest, facts.longest, decodeDeadline);
  return { ...facts, pause, ...medianOf(histogram, facts), histogram };
}

function* gapsOf(times: ArrayLike<number>): Generator<number> {
  for (let i = 1; i < times.length; i++) yield (times[i] ?? 0) - (times[i - 1] ?? 0);
}

/** From a tenth of the decode deadline, or the shortest gap, to the longest gap, but at least twice the pause. */
function fill(requests: readonly ScoredRequest[], shortest: number, longest: number, deadline: number): Histogram {
  const from = Math.max(1e3, Math.min(deadline / 10, Math.max(shortest, deadline / 1000)));
  const to = Math.max(longest * 1.02, deadline * pauseDeadlines * 2);
  const ratio = (to / from) ** (1 / bins);
  const counts = new Array<number>(bins).fill(0);
  const waits = new Array<number>(bins).fill(0);
  const scale = 1 / Math.log(ratio);
  for (const { times } of requests) {
    for (const gap of gapsOf(times)) {
      if (gap === 0) continue;
      const bin = Math.max(0, Math.min(bins - 1, Math.floor(Math.log(gap / from) * scale)));
      counts[bin] = (counts[bin] ?? 0) + 1;
      waits[bin] = (waits[bin] ?? 0) + gap;
    }
  }
  return { from, ratio, counts, waits };
}

/** Good to a bin's width: for a sentence, not for a table. */
function medianOf({ from, ratio, counts }: Histogram, { n, zero }: { n: number; zero: number }): { median?: number } {
  let seen = zero;
  if (n === 0 || seen * 2 >= n) return {};
  for (let i = 0; i < counts.length; i++) {
    seen += counts[i] ?? 0;
    if (seen * 2 >= n) return { median: from * ratio ** (i + 0.5) };
  }
  return {};
}
