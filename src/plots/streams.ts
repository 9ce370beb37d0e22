import { nanosecondsPerMillisecond } from '../core/units.ts';
import { niceStep, rounded } from './order.ts';
import type { ScoredRequest } from './scored-request.ts';

/** How many answers were streaming, and how many of them stood still, over time. */
export interface Streams {
  readonly step_ms: number;
  readonly open: readonly number[];
  /** Past a deadline; the first token counts from the second on. */
  readonly stalled: readonly number[];
  readonly worst?: { readonly at_ms: number; readonly stalled: number; readonly open: number };
}

const mostSteps = 800;

/** Counts at the middle of each step: an exact sweep would not be seen at this width. */
export function streamsOf(requests: readonly ScoredRequest[], end: number): Streams {
  const step = Math.max(niceStep(end, mostSteps), 10 * nanosecondsPerMillisecond);
  const n = Math.floor(end / step) + 1;
  const open = new Array<number>(n).fill(0);
  const stalled = new Array<number>(n).fill(0);
  const add = (lane: number[], from: number, to: number): void => {
    // The first step whose middle is at or after `from`.
    const first = Math.max(0, Math.ceil(from / step - 0.5));
    for (let i = first; i < n && (i + 0.5) * step < to; i++) lane[i] = (lane[i] ?? 0) + 1;
  };
  for (const { times, origin, end: ended, late } of requests) {
    if (times.length === 0) continue;
    add(open, origin + (times[0] ?? 0), origin + ended);
    for (const token of late) if (token.token > 0) add(stalled, origin + token.deadline, origin + token.at);
  }
  const worst = stalled.reduce((most, value, i) => (value > (stalled[most] ?? 0) ? i : most), 0);
  return {
    step_ms: rounded(step / nanosecondsPerMillisecond),
    open,
    stalled,
    ...((stalled[worst] ?? 0) > 0
      ? {
          worst: {
            at_ms: rounded(((worst + 0.5) * step) / nanosecondsPerMillisecond, 0),
            stalled: stalled[worst] ?? 0,
            open: open[worst] ?? 0,
          },
        }
      : {}),
  };
}
