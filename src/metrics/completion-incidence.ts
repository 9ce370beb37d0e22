import type { RequestRecord } from '../core/record.ts';
import { nanosecondsPerMillisecond } from '../core/units.ts';
import { NumberList } from './number-list.ts';
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

/** By when this share of all scheduled requests had completed, ms; absent if it never was. */
export function completedBy({ time_ms, completed }: CompletionIncidence, share: number): number | undefined {
  return time_ms[completed.findIndex((reached) => reached >= share)];
}

/** Collects when each request ended and how. */
export class IncidenceEvents {
  /** Time · 4 + code: one sort orders both, completions first among equals. */
  readonly #events = new NumberList();

  add(record: RequestRecord, standing: Standing): void {
    const { at } = record.chunks;
    const ended = record.endedAt ?? at[at.length - 1] ?? record.sentAt ?? record.scheduledAt;
    this.#events.push(Math.max(0, ended - record.scheduledAt) * kinds + codes[standing]);
  }

  get summary(): CompletionIncidence {
    const events = this.#events.values.slice().sort();
    const curve = new Curve();
    let atRisk = events.length;
    let under = 1;
    let completed = 0;
    let failed = 0;
    for (let i = 0; i < events.length; i++) {
      const event = events[i] as number;
      const code = event % kinds;
      // One event at a time: S(t−) ÷ n at risk moves from "under way" to where it ended.
      const share = under / atRisk--;
      if (code === codes.censored) continue;
      if (code === codes.completed) completed += share;
      else failed += share;
      under -= share;
      curve.step((event - code) / kinds / nanosecondsPerMillisecond, completed, failed);
    }
    return { ...curve.points, n: events.length, ceiling: Math.min(1, completed) };
  }
}

/** Keeps the steps at which a curve crosses the next 1 ÷ 200, and the last. */
class Curve {
  readonly #time: number[] = [];
  readonly #completed: number[] = [];
  readonly #failed: number[] = [];
  #level = -1;
  /** The last step is there only until a later one comes. */
  #provisional = false;

  step(time: number, completed: number, failed: number): void {
    const last = this.#time.length - 1;
    // Steps at one time are one step.
    const place = this.#provisional || this.#time[last] === time ? Math.max(0, last) : last + 1;
    this.#time[place] = time;
    this.#completed[place] = Math.min(1, completed);
    this.#failed[place] = Math.min(1, failed);
    const level = Math.floor((completed + failed) * pointsShown);
    if (level > this.#level) this.#provisional = false;
    else if (place > last) this.#provisional = true;
    this.#level = Math.max(this.#level, level);
  }

  get points(): Pick<CompletionIncidence, 'time_ms' | 'completed' | 'failed'> {
    return { time_ms: this.#time, completed: this.#completed, failed: this.#failed };
  }
}
