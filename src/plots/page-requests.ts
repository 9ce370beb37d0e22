import type { RequestRecord } from '../core/record.ts';
import { inWindow, waterfallWindow, worstMoment } from './figures/waterfall.ts';
import { evenly } from './order.ts';
import { packedSize } from './packed-requests.ts';
import type { PlaybackChoice } from './playback-choices.ts';
import type { ScoredRequest } from './scored-request.ts';
import type { ScoredRun } from './scored-run.ts';
import type { Silence } from './silences.ts';

/** The requests whose timelines a page carries. */
export interface PageRequests {
  readonly records: readonly RequestRecord[];
  /** An even sample of the measured ones, by id, to score again from; absent: the page has them all. */
  readonly sample?: readonly number[];
}

/**
 * All of a run where it fits into `budget` bytes. Otherwise, in this order: what playback offers, the
 * neighbourhood of the worst moment, and an even sample of the rest.
 */
export function pageRequests(
  run: ScoredRun,
  choices: readonly PlaybackChoice[],
  shared: readonly Silence[],
  budget: number,
): PageRequests {
  const { requests } = run;
  const sizes = new Map(requests.map(({ id, record }) => [id, packedSize(record)]));
  const size = (all: readonly ScoredRequest[]): number => all.reduce((sum, { id }) => sum + (sizes.get(id) ?? 0), 0);
  if (size(requests) <= budget) return { records: requests.map(({ record }) => record) };
  const kept = new Set<number>();
  let left = budget;
  const keep = (request: ScoredRequest, share: number): void => {
    const bytes = sizes.get(request.id) ?? 0;
    if (kept.has(request.id) || bytes > left - budget * (1 - share)) return;
    kept.add(request.id);
    left -= bytes;
  };
  const chosen = new Set(choices.map(({ id }) => id));
  for (const request of requests) if (chosen.has(request.id)) keep(request, 0.4);
  const window = waterfallWindow(requests, worstMoment(requests, shared, run.policy));
  for (const request of inWindow(requests, window.from, window.to)) keep(request, 0.6);
  const sample = largestSample(run.counted, left, sizes);
  for (const { id } of sample) kept.add(id);
  return {
    records: requests.filter(({ id }) => kept.has(id)).map(({ record }) => record),
    sample: sample.map(({ id }) => id),
  };
}

/** The most evenly spaced requests that fit. */
function largestSample(
  counted: readonly ScoredRequest[],
  budget: number,
  sizes: ReadonlyMap<number, number>,
): readonly ScoredRequest[] {
  let low = 0;
  let high = counted.length;
  const fits = (n: number): boolean =>
    evenly(counted, n).reduce((sum, { id }) => sum + (sizes.get(id) ?? 0), 0) <= budget;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return evenly(counted, low);
}
