import { phases } from '../core/record.ts';
import { type Nanoseconds, nanoseconds, nanosecondsPerSecond } from '../core/units.ts';
import type { Schedule } from './schedule.ts';

/** What was drawn, as opposed to what was asked for. Lengths in tokens. */
export interface LengthStatistics {
  readonly n: number;
  readonly mean: number;
  readonly min: number;
  readonly p10: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
  /** Over all requests of the schedule. */
  readonly total: number;
}

export interface ScheduleStatistics {
  readonly requests: number;
  /** Open loop only, as is everything about time. */
  readonly measuredRequests?: number;
  readonly lastAt?: Nanoseconds;
  /** Arrivals per second between the first and the last; absent if they are all at once. */
  readonly rate_per_s?: number;
  /** Coefficient of variation of the gaps: 1 for independent arrivals, 0 for equal spacing. */
  readonly gapCv?: number;
  readonly prompt: LengthStatistics;
  readonly output: LengthStatistics;
}

/** Order statistic ⌈p·n⌉. */
const orderStatistic = (sorted: Uint32Array, p: number): number =>
  sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)] ?? 0;

function lengthStatistics(values: Uint32Array): LengthStatistics {
  const sorted = values.slice().sort();
  const total = sorted.reduce((sum, value) => sum + value, 0);
  const at = (p: number): number => orderStatistic(sorted, p);
  return {
    n: sorted.length,
    mean: total / sorted.length,
    min: at(0),
    p10: at(0.1),
    p50: at(0.5),
    p90: at(0.9),
    p99: at(0.99),
    max: at(1),
    total,
  };
}

function gapStatistics(times: Float64Array): { rate_per_s?: number; gapCv?: number } {
  const gaps = times.length - 1;
  const span = (times[gaps] ?? 0) - (times[0] ?? 0);
  if (gaps < 1 || span <= 0) return {};
  const mean = span / gaps;
  let squares = 0;
  for (let i = 1; i < times.length; i++) squares += ((times[i] ?? 0) - (times[i - 1] ?? 0) - mean) ** 2;
  const rate_per_s = nanosecondsPerSecond / mean;
  return gaps < 2 ? { rate_per_s } : { rate_per_s, gapCv: Math.sqrt(squares / (gaps - 1)) / mean };
}

function timeStatistics({ scheduledAt, phase }: Schedule) {
  if (!scheduledAt || !phase) return {};
  const measure = phases.indexOf('measure');
  return {
    measuredRequests: phase.reduce((sum, p) => sum + (p === measure ? 1 : 0), 0),
    lastAt: nanoseconds(scheduledAt.at(-1) ?? 0),
    ...gapStatistics(scheduledAt),
  };
}

/** Shown by a dry run and kept in the manifest. */
export const describeSchedule = (schedule: Schedule): ScheduleStatistics => ({
  requests: schedule.count,
  ...timeStatistics(schedule),
  prompt: lengthStatistics(schedule.promptTokens),
  output: lengthStatistics(schedule.outputTokens),
});
