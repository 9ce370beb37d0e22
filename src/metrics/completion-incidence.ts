import type { RequestRecord } from '../core/record.ts';
import { nanosecondsPerMillisecond } from '../core/units.ts';
import type { ScorePolicy } from './policy.ts';
import { type Standing, standingOf } from './standing.ts';
import type { CompletionIncidence } from './summary.ts';
import { TimelineReader } from './timeline.ts';

const pointsShown = 200;
const kinds = 4;
const codes: Readonly<Record<Standing, number>> = { completed: 0, failed: 1, partial: 1, censored: 2 };

/**
 * Aalen–Johansen estimate over every scheduled request: the share that had completed, and the share
 * that had failed, by a time after the scheduled send. Failures compete with completion; requests we
 * cut off count as under way until then.
 */
export function completionIncidence(
  records: Iterable<RequestRecord>,
  policy: Pick<ScorePolicy, 'channel'>,
): CompletionIncidence {
  const events = new IncidenceEvents();
  const timelines = new TimelineReader({ chunks: 'chunk', channel: policy.channel, from: 'scheduled' });
  for (const record of records) {
    if (record.phase === 'measure') events.add(record, standingOf(record, timelines.read(record).length));
  }
  return events.summary;
}

/** Collects when each request ended and how. */
export class IncidenceEvents {
  /** Time · 4 + code: one sort orders both, completions first among equals. */
  readonly #events: number[] = [];

  add(record: RequestRecord, standing: Standing): void {
    const { at } = record.chunks;
    const ended = record.endedAt ?? at[at.length - 1] ?? record.sentAt ?? record.scheduledAt;
    this.#events.push(Math.max(0, ended - record.scheduledAt) * kinds + codes[standing]);
  }

  get summary(): CompletionIncidence {
    const events = Float64Array.from(this.#events).sort();
    const curve: Point[] = [];
    let atRisk = events.length;
    let under = 1;
    let completed = 0;
    let failed = 0;
    for (const event of events) {
      const code = event % kinds;
      // One event at a time: S(t−) ÷ n at risk moves from "under way" to where it ended.
      const share = under / atRisk--;
      if (code === codes.censored) continue;
      if (code === codes.completed) completed += share;
      else failed += share;
      under -= share;
      record(curve, { time: (event - code) / kinds / nanosecondsPerMillisecond, completed, failed });
    }
    const shown = thinned(curve);
    return {
      time_ms: shown.map(({ time }) => time),
      completed: shown.map((point) => Math.min(1, point.completed)),
      failed: shown.map((point) => Math.min(1, point.failed)),
      n: events.length,
      ceiling: Math.min(1, completed),
    };
  }
}

interface Point {
  readonly time: number;
  readonly completed: number;
  readonly failed: number;
}

/** Adds a step; steps at one time are one step. */
function record(curve: Point[], point: Point): void {
  if (curve[curve.length - 1]?.time === point.time) curve.pop();
  curve.push(point);
}

/** The steps at which a curve crosses the next 1 ÷ 200, and the last. */
function thinned(curve: readonly Point[]): Point[] {
  if (curve.length <= pointsShown) return [...curve];
  let shown = -1;
  return curve.filter((point, i) => {
    const level = Math.floor((point.completed + point.failed) * pointsShown);
    if (level <= shown && i < curve.length - 1) return false;
    shown = level;
    return true;
  });
}
