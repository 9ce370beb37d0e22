import type { ScorePolicy } from '../metrics/index.ts';
import { orderStatistic } from './order.ts';
import type { LateToken, ScoredRequest } from './scored-request.ts';
import { stallsOf } from './stalls.ts';

/** A request worth watching, and why. */
export interface PlaybackChoice {
  readonly id: number;
  readonly label: string;
}

const earlyTokens = 12;

/** Contrasts a run has to offer, the worst stall first; each request once, by the first reason that picks it. */
export function playbackChoices(requests: readonly ScoredRequest[], policy: ScorePolicy): PlaybackChoice[] {
  const shown = requests.filter(({ times, counted }) => counted && times.length > 0);
  const worst = (of: (request: ScoredRequest) => number): ScoredRequest | undefined => {
    let best: ScoredRequest | undefined;
    let most = 0;
    for (const request of shown) {
      const value = of(request);
      if (value > most) [best, most] = [request, value];
    }
    return best;
  };
  const overrun = (tokens: readonly LateToken[]): number =>
    tokens.reduce((most, { at, deadline }) => Math.max(most, at - deadline), 0);
  const stalls = (request: ScoredRequest): LateToken[] => stallsOf(request, policy.decodeDeadline);
  const candidates: readonly (readonly [string, ScoredRequest | undefined])[] = [
    ['Worst stall', worstStall(shown, policy)],
    ['Long pause, covered by time in hand', worst((request) => coveredPause(request, policy))],
    [
      'Stall at the very beginning',
      worst((request) => overrun(stalls(request).filter(({ token }) => token < earlyTokens))),
    ],
    ['Late first token', worst((request) => overrun(request.late.filter(({ token }) => token === 0)))],
    ['Median request', median(shown)],
    ['Most stalls', worst((request) => (stalls(request).length > 1 ? stalls(request).length : 0))],
    ['Cut off', shown.find(({ failed }) => failed)],
    ['Longest answer', worst(({ times }) => times.length)],
    ['No token came', requests.find(({ counted, failed, times }) => counted && failed && times.length === 0)],
  ];
  const taken = new Set<number>();
  return candidates.flatMap(([label, request]) => {
    if (request === undefined || taken.has(request.id)) return [];
    taken.add(request.id);
    return [{ id: request.id, label }];
  });
}

/** Of the stalls within a tenth of the worst, the one with the most text before it: it shows the most. */
function worstStall(shown: readonly ScoredRequest[], policy: ScorePolicy): ScoredRequest | undefined {
  const stalls = shown.flatMap((request) =>
    stallsOf(request, policy.decodeDeadline).map(({ at, deadline, token }) => ({
      request,
      over: at - deadline,
      token,
    })),
  );
  const most = stalls.reduce((largest, { over }) => Math.max(largest, over), 0);
  const candidates = stalls.filter(({ over }) => over >= 0.9 * most);
  return candidates.reduce<(typeof stalls)[number] | undefined>(
    (best, stall) => (best && best.token >= stall.token ? best : stall),
    undefined,
  )?.request;
}

/** The longest gap of an answer that met every deadline, where it is a pause at all. */
function coveredPause({ times, missed }: ScoredRequest, policy: ScorePolicy): number {
  if (missed > 0) return 0;
  let most = 0;
  for (let i = 1; i < times.length; i++) most = Math.max(most, (times[i] ?? 0) - (times[i - 1] ?? 0));
  return most > 2 * policy.decodeDeadline ? most : 0;
}

function median(shown: readonly ScoredRequest[]): ScoredRequest | undefined {
  const sorted = shown
    .filter(({ failed, fluidity }) => !failed && fluidity !== undefined)
    .sort((a, b) => (a.fluidity ?? 0) - (b.fluidity ?? 0) || a.times.length - b.times.length || a.id - b.id);
  const place = orderStatistic(
    sorted.map((_, i) => i),
    0.5,
  );
  return place === undefined ? undefined : sorted[place];
}

/** What a picture opens on: well into the stall that cost the most, or the middle of the answer. Nanoseconds. */
export function openingMoment(request: ScoredRequest, policy: ScorePolicy): number {
  const stall = stallsOf(request, policy.decodeDeadline).sort((a, b) => b.at - b.deadline - (a.at - a.deadline))[0];
  if (stall) return stall.deadline + (stall.at - stall.deadline) * 0.7;
  const first = request.late.find(({ token }) => token === 0);
  if (first) return first.deadline + (first.at - first.deadline) * 0.7;
  return request.end / 2;
}
