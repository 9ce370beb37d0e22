import { nanosecondsPerMillisecond } from '../../src/core/units.ts';
import type { ScorePolicy } from '../../src/metrics/policy.ts';
import type { ScoredRequest } from '../../src/plots/scored-request.ts';
import { inHandAt, type Step } from '../../src/plots/time-in-hand.ts';

/** What the reader has and waits for at one moment of a request. Milliseconds. */
export interface Moment {
  readonly tokens: number;
  readonly hand: number;
  readonly ended: boolean;
  readonly waiting: boolean;
  /** Deadlines that have passed since the last token. */
  readonly missed: number;
  /** When the last token came. */
  readonly since: number;
}

export function momentAt(request: ScoredRequest, steps: readonly Step[], policy: ScorePolicy, now_ms: number): Moment {
  const now = now_ms * nanosecondsPerMillisecond;
  let tokens = 0;
  let high = request.times.length;
  while (tokens < high) {
    const middle = (tokens + high) >> 1;
    if ((request.times[middle] ?? 0) <= now) tokens = middle + 1;
    else high = middle;
  }
  const complete = tokens === request.times.length && (!request.failed || now >= request.end);
  const ended = complete && now >= request.end;
  const first = request.firstTokenDeadline ?? request.times[0] ?? 0;
  const last = request.times[tokens - 1] ?? 0;
  const hand = inHandAt(
    steps,
    first,
    complete ? Math.min(now, Math.max(last, request.failed ? request.end : last)) : now,
  );
  const waiting = !complete && hand < 0;
  return {
    tokens,
    hand: hand / nanosecondsPerMillisecond,
    ended,
    waiting,
    missed: waiting ? Math.floor(-hand / policy.decodeDeadline) + 1 : 0,
    since: last / nanosecondsPerMillisecond,
  };
}
