import { nanosecondsPerMillisecond, nanosecondsPerSecond } from '../../core/units.ts';
import type { Drawn } from '../figure.ts';
import { clock, count, duration, plural, share, span } from '../format.ts';
import { ascending, evenly, niceStep, orderStatistic, rounded } from '../order.ts';
import { firstTokenLate, type ScoredRequest } from '../scored-request.ts';
import type { ScoredRun } from '../scored-run.ts';
import { type Streams, streamsOf } from '../streams.ts';

/** Lanes on one time axis, milliseconds from the run's start. */
export interface OverTime {
  readonly end_ms: number;
  readonly measureFrom_ms: number;
  readonly measureTo_ms: number;
  readonly window_ms: number;
  readonly windows: readonly Window[];
  readonly streams: Streams;
  /** Late first tokens: when due, how long it took. */
  readonly late: readonly (readonly [at: number, ttft: number])[];
  readonly failures: readonly { readonly outcome: string; readonly count: number; readonly at: readonly number[] }[];
  readonly target: number;
  /** Whether the share of fluid answers says anything. */
  readonly meaningful: boolean;
}

export interface Window {
  /** Requests the schedule holds here, and requests that left here. */
  readonly due: number;
  readonly sent: number;
  readonly ttft50?: number;
  readonly ttftMax?: number;
  /** Of those due here: judged, fluid, failed. */
  readonly judged: number;
  readonly fluid: number;
  readonly failed: number;
}

const subtitle =
  'The whole run on one time axis: what was asked, what was open, how long first tokens took, how fluid the answers were, what failed.';
const mostWindows = 48;
const mostLate = 300;
const mostFailureKinds = 5;

export function overTime(run: ScoredRun): Drawn<OverTime> {
  const { requests, policy } = run;
  if (requests.length === 0)
    return { title: 'Nothing to show over time', subtitle, empty: 'The run holds no request.' };
  const end = requests.reduce(
    (latest, request) => Math.max(latest, request.origin + request.end),
    nanosecondsPerSecond,
  );
  const lastDue = requests.at(-1)?.record.scheduledAt ?? 0;
  const window = Math.max(niceStep(Math.max(end, nanosecondsPerSecond), mostWindows), nanosecondsPerSecond / 5);
  const windows = Array.from({ length: Math.floor(lastDue / window) + 1 }, (_, i) =>
    windowOf(requests.filter(due(i, window)), requests.filter(sent(i, window)).length),
  );
  const streams = streamsOf(requests, end);
  const { from, to } = measured(run, end);
  const late = requests.filter(firstTokenLate);
  return {
    title: finding(streams, windows),
    subtitle,
    note: `Windows of ${span(window / nanosecondsPerMillisecond)} by scheduled time; ${plural(run.counted.length, 'request')} scored${from > 0 ? ` after ${span(from / 1e6)} of warm-up (shaded, not scored)` : ''}. A stream counts as stalled from a missed deadline until its next token.`,
    alt: `Aligned charts over ${span(end / nanosecondsPerMillisecond)}: load, open and stalled streams, time to first token, share of fluid answers, failures.`,
    table: table(windows, window),
    data: {
      end_ms: rounded(end / nanosecondsPerMillisecond, 0),
      measureFrom_ms: rounded(from / nanosecondsPerMillisecond, 0),
      measureTo_ms: rounded(to / nanosecondsPerMillisecond, 0),
      window_ms: window / nanosecondsPerMillisecond,
      windows,
      streams,
      late: evenly(late, mostLate).map(({ origin, times }) => [
        rounded(origin / nanosecondsPerMillisecond, 0),
        rounded((times[0] ?? 0) / nanosecondsPerMillisecond, 1),
      ]),
      failures: failures(requests),
      target: policy.fluidShare,
      meaningful: run.summary.headline.fluidityMeaningful || run.summary.requests.completed === 0,
    },
  };
}

const due =
  (i: number, window: number) =>
  ({ record }: ScoredRequest): boolean =>
    Math.floor(record.scheduledAt / window) === i;

const sent =
  (i: number, window: number) =>
  ({ record }: ScoredRequest): boolean =>
    record.sentAt !== undefined && Math.floor(record.sentAt / window) === i;

function windowOf(requests: readonly ScoredRequest[], left: number): Window {
  const first = ascending(
    requests.flatMap(({ times }) => (times.length > 0 ? [(times[0] ?? 0) / nanosecondsPerMillisecond] : [])),
  );
  const [median, most] = [orderStatistic(first, 0.5), orderStatistic(first, 1)];
  const judged = requests.filter(({ censored }) => !censored);
  return {
    due: requests.length,
    sent: left,
    ...(median === undefined ? {} : { ttft50: rounded(median, 1) }),
    ...(most === undefined ? {} : { ttftMax: rounded(most, 1) }),
    judged: judged.length,
    fluid: judged.filter(({ fluid }) => fluid).length,
    failed: judged.filter(({ failed }) => failed).length,
  };
}

function measured({ manifest, requests }: ScoredRun, end: number): { from: number; to: number } {
  const first = requests.find(({ record }) => record.phase === 'measure');
  const warmup = requests.some(({ record }) => record.phase === 'warmup');
  return {
    from: manifest.phases?.measureFrom ?? (warmup ? (first?.record.scheduledAt ?? 0) : 0),
    to: manifest.phases?.measureTo ?? end,
  };
}

function finding(streams: Streams, windows: readonly Window[]): string {
  const { worst } = streams;
  const failed = windows.reduce((sum, window) => sum + window.failed, 0);
  const all = windows.reduce((sum, window) => sum + window.due, 0);
  if (failed === all && all > 0) return all === 1 ? 'The request failed' : `All ${count(all)} requests failed`;
  if (worst && worst.stalled > 2) {
    return `At worst, ${count(worst.stalled)} of ${count(worst.open)} open streams stand still at the same moment`;
  }
  if (worst && worst.stalled > 0) return `Never more than ${plural(worst.stalled, 'stream')} stalled at once`;
  return 'No stream stalls at any time';
}

function failures(requests: readonly ScoredRequest[]): OverTime['failures'] {
  const kinds = new Map<string, number[]>();
  for (const { failed, outcome, origin, end } of requests) {
    if (!failed) continue;
    const at = rounded((origin + end) / nanosecondsPerMillisecond, 0);
    const times = kinds.get(outcome);
    if (times) times.push(at);
    else kinds.set(outcome, [at]);
  }
  const sorted = [...kinds].sort(([, a], [, b]) => b.length - a.length);
  const others = sorted.slice(mostFailureKinds).flatMap(([, at]) => at);
  return [...sorted.slice(0, mostFailureKinds), ...(others.length > 0 ? [['others', others] as const] : [])].map(
    ([outcome, at]) => ({
      outcome,
      count: at.length,
      at: evenly(
        [...at].sort((a, b) => a - b),
        200,
      ),
    }),
  );
}

function table(windows: readonly Window[], window: number): { head: string[]; rows: string[][] } {
  return {
    head: ['From', 'Due', 'Sent', 'TTFT P50', 'TTFT max', 'Fluid', 'Failed'],
    rows: windows.map(({ due: n, sent: left, ttft50, ttftMax, judged, fluid, failed }, i) => [
      clock((i * window) / nanosecondsPerMillisecond),
      count(n),
      count(left),
      duration(ttft50),
      duration(ttftMax),
      judged === 0 ? 'none' : share(fluid / judged),
      count(failed),
    ]),
  };
}
