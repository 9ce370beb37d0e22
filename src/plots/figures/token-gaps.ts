import { nanosecondsPerMillisecond } from '../../core/units.ts';
import type { Drawn } from '../figure.ts';
import { chosen, count, duration, number, share } from '../format.ts';
import { rounded } from '../order.ts';
import type { Pauses } from '../pauses.ts';
import { type ScoredRun, sampleNote } from '../scored-run.ts';

export interface TokenGaps {
  /** Logarithmic bins of equal ratio from `from_ms` on. */
  readonly from_ms: number;
  readonly ratio: number;
  /** Share of gaps, and share of all waiting, per bin. */
  readonly gaps: readonly number[];
  readonly waiting: readonly number[];
  /** Share of gaps that are 0: tokens that came in one chunk. */
  readonly together: number;
  readonly decodeDeadline_ms: number;
  /** Longer gaps are called pauses. */
  readonly pause_ms: number;
  readonly pauseGaps: number;
  readonly pauseWaiting: number;
  readonly marks: readonly (readonly [label: string, ms: number])[];
}

const subtitle =
  'Time between tokens. Above the line: share of gaps. Below: share of all waiting spent in gaps of that length.';

/** Counts hide waiting: a rare long gap is a small share of gaps and a large share of the time. */
export function tokenGaps(run: ScoredRun, gaps: Pauses): Drawn<TokenGaps> {
  const { policy } = run;
  const title = 'How the waiting is spread';
  if (gaps.n === 0) {
    const empty =
      gaps.requests === 0 ? 'No request gave a token.' : 'Every answer had one token: there is no gap to draw.';
    return { title, subtitle, empty };
  }
  const deadline = policy.decodeDeadline / nanosecondsPerMillisecond;
  const pause = gaps.pause / nanosecondsPerMillisecond;
  const { from, ratio, counts, waits } = gaps.histogram;
  const summary = run.summary.metrics.find(({ id }) => id === 'tbt');
  const marks = (summary?.percentiles ?? [])
    .filter(({ p, value, supported }) => p >= 99 && supported && value !== undefined && value > 0)
    .map(({ p, value = 0 }) => [`P${p}`, rounded(value)] as const);
  return {
    title: finding(gaps, pause),
    subtitle,
    note: `n = ${count(gaps.n)} gaps in ${count(gaps.requests)} requests. ${
      gaps.zero > 0 ? `${share(gaps.zero / gaps.n)} are 0: tokens that came at the same instant, drawn apart. ` : ''
    }A pause is longer than 5 decode deadlines. Time axis logarithmic.${sampleNote(run)}`,
    alt: `Distribution of the time between tokens. ${share(gaps.long / gaps.n)} of gaps are longer than ${chosen(pause)}; they hold ${share(gaps.total === 0 ? 0 : gaps.longTotal / gaps.total)} of the waiting. The longest is ${duration(gaps.longest / nanosecondsPerMillisecond)}.`,
    table: table(gaps),
    data: {
      from_ms: from / nanosecondsPerMillisecond,
      ratio,
      gaps: counts.map((each) => rounded(each / gaps.n, 6)),
      waiting: waits.map((each) => rounded(gaps.total === 0 ? 0 : each / gaps.total, 6)),
      together: rounded(gaps.zero / gaps.n, 6),
      decodeDeadline_ms: deadline,
      pause_ms: pause,
      pauseGaps: gaps.long / gaps.n,
      pauseWaiting: gaps.total === 0 ? 0 : gaps.longTotal / gaps.total,
      marks,
    },
  };
}

function finding(gaps: Pauses, pause: number): string {
  if (gaps.longest === 0) return 'The tokens of an answer come at the same instant';
  if (gaps.long === 0)
    return `No gap between tokens is longer than ${duration(gaps.longest / nanosecondsPerMillisecond)}`;
  return `Pauses over ${chosen(pause)}: ${share(gaps.long / gaps.n)} of gaps, ${share(gaps.longTotal / gaps.total)} of the waiting`;
}

function table({ histogram, zero, n, total }: Pauses): { head: string[]; rows: string[][] } {
  const ms = (i: number): string => number((histogram.from * histogram.ratio ** i) / nanosecondsPerMillisecond);
  const rows = histogram.counts.flatMap((each, i) =>
    each === 0
      ? []
      : [
          [
            `${ms(i)} to ${ms(i + 1)} ms`,
            share(each / n),
            share(total === 0 ? undefined : (histogram.waits[i] ?? 0) / total),
          ],
        ],
  );
  return {
    head: ['Gap', 'Share of gaps', 'Share of waiting'],
    rows: zero > 0 ? [['0, same instant', share(zero / n), '0%'], ...rows] : rows,
  };
}
