import type { ProbeObservation } from './capacity-probe.ts';

/** When one request was due and when it ended; absent where it never did. */
export interface Stay {
  readonly from: number;
  readonly to?: number;
}

const parts = 12;
/** Mann–Kendall z above which the backlog rises for certain, and above which it may. */
const certainTrend = 3.3;
const likelyTrend = 2.6;

/**
 * Whether more came in than went out. Growth without bound: the number in the system, seen by
 * arrivals in 12 parts of the window, rises from part to part beyond chance, by half from the first
 * third to the last, and less went out than 95 % of what came in. A system that is still filling
 * looks the same, so a window of few stays of its first quarter is never called growing.
 */
export function backlogOf(stays: readonly Stay[], from: number, to: number): ProbeObservation['backlog'] {
  const arrivals = stays.map((stay) => stay.from).sort((a, b) => a - b);
  const ends = stays.map((stay) => stay.to ?? Number.POSITIVE_INFINITY).sort((a, b) => a - b);
  const inside = arrivals.filter((at) => at >= from && at <= to);
  if (inside.length < 2 * parts) return 'steady';
  const means = Array.from({ length: parts }, (_, part) => {
    const some = inside.slice(
      Math.floor((part * inside.length) / parts),
      Math.floor(((part + 1) * inside.length) / parts),
    );
    return some.reduce((sum, at) => sum + upTo(arrivals, at) - upTo(ends, at), 0) / some.length;
  });
  const trend = mannKendall(means);
  const third = parts / 3;
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const ratio = mean(means.slice(-third)) / Math.max(1, mean(means.slice(0, third)));
  const left = upTo(ends, to) - upTo(ends, from);
  const turnovers = (to - from) / Math.max(1, earlyStay(stays));
  if (turnovers > 4 && trend > certainTrend && ratio > 1.5 && left < 0.95 * inside.length) return 'growing';
  return trend > likelyTrend && ratio > 1.25 ? 'rising' : 'steady';
}

/** Median stay of the first quarter: how long an answer takes before any backlog. */
function earlyStay(stays: readonly Stay[]): number {
  const first = [...stays].sort((a, b) => a.from - b.from).slice(0, Math.ceil(stays.length / 4));
  const lengths = first.flatMap(({ from, to }) => (to === undefined ? [] : [to - from])).sort((a, b) => a - b);
  return lengths[lengths.length >> 1] ?? Number.POSITIVE_INFINITY;
}

/** How many of the ascending times are at most this one. */
function upTo(ascending: readonly number[], time: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] as number) <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Standard score of the Mann–Kendall trend statistic, without ties. */
function mannKendall(values: readonly number[]): number {
  const n = values.length;
  let s = 0;
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) s += Math.sign((values[j] as number) - (values[i] as number));
  }
  return (s - Math.sign(s)) / Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
}
