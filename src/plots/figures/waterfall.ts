import { nanosecondsPerMillisecond, nanosecondsPerSecond } from '../../core/units.ts';
import type { Drawn } from '../figure.ts';
import { clock, count, duration, number, plural } from '../format.ts';
import type { ScoredRequest } from '../scored-request.ts';
import type { ScoredRun } from '../scored-run.ts';
import type { Silence } from '../silences.ts';
import { longest, stallsOf, waitOf } from '../stalls.ts';

/** Rows of requests in a window of time; nanoseconds from the run's start. */
export interface Waterfall {
  readonly from: number;
  readonly to: number;
  readonly rows: readonly ScoredRequest[];
  readonly silences: readonly Silence[];
}

const mostRows = 120;
const subtitle =
  'Each row is one request, by arrival. Thin line: waiting for the first token. Bar: tokens streaming. Tall red block: readers wait past a deadline. Pale gap: a pause that time in hand still covers.';

/** A window that holds at most `mostRows` rows, with `around` a little past its middle. */
export function waterfallWindow(requests: readonly ScoredRequest[], around: number): { from: number; to: number } {
  const start = requests[0]?.origin ?? 0;
  const end = requests.reduce((latest, each) => Math.max(latest, each.origin + each.end), start + nanosecondsPerSecond);
  let length = end - start;
  let from = start;
  while (length > nanosecondsPerSecond / 2) {
    from = Math.max(start, Math.min(end - length, around - 0.55 * length));
    if (inWindow(requests, from, from + length).length <= mostRows) break;
    length *= 0.8;
  }
  return { from, to: from + length };
}

export const inWindow = (requests: readonly ScoredRequest[], from: number, to: number): ScoredRequest[] =>
  requests.filter(({ origin, end }) => origin + end > from && origin < to);

/** Where to look first: the largest shared silence, the longest stall, the first failure, the start. */
export function worstMoment(
  requests: readonly ScoredRequest[],
  silences: readonly Silence[],
  policy: ScoredRun['policy'],
): number {
  const [shared] = silences;
  if (shared) return (shared.from + shared.to) / 2;
  let most: { at: number; wait: number } | undefined;
  for (const request of requests) {
    const stall = longest(stallsOf(request, policy.decodeDeadline));
    if (stall && waitOf(stall) > (most?.wait ?? 0)) most = { at: request.origin + stall.at, wait: waitOf(stall) };
  }
  const failure = requests.find(({ failed }) => failed);
  return most?.at ?? (failure ? failure.origin + failure.end : (requests[0]?.origin ?? 0));
}

/** `drawnFrom`: how many requests the run has, where the page holds fewer. */
export function waterfall(
  run: Pick<ScoredRun, 'requests' | 'policy'>,
  shared: readonly Silence[],
  window: { from: number; to: number },
  drawnFrom?: number,
): Drawn<Waterfall> {
  const { requests, policy } = run;
  if (requests.length === 0) return { title: 'No request to show', subtitle, empty: 'The run holds no request.' };
  const rows = inWindow(requests, window.from, window.to).slice(0, mostRows);
  const visible = shared.filter(({ from, to }) => to > window.from && from < window.to);
  const ms = (time: number): number => time / nanosecondsPerMillisecond;
  const hit = rows.filter((row) =>
    stallsOf(row, policy.decodeDeadline).some(({ at, deadline }) => within(row, deadline, at, window)),
  );
  const failed = rows.filter((row) => row.failed).length;
  return {
    title: finding(visible[0], hit.length, failed, rows.length),
    subtitle,
    note: `${plural(rows.length, 'request')} between ${clock(ms(window.from))} and ${clock(ms(window.to))}${
      drawnFrom === undefined ? '' : `, drawn from ${count(requests.length)} of ${count(drawnFrom)} requests`
    }. Press a row, or choose it with ↑ ↓ and Enter, to watch it above.${
      visible.length > 0 ? ' Vertical bands: moments when several open streams are silent together.' : ''
    }${visible.some(({ endedBy }) => endedBy) ? ' Red numbers: long prompts whose first token ended one.' : ''}`,
    alt: `Waterfall of ${plural(rows.length, 'request')}; ${count(hit.length)} stall in this window, ${count(failed)} failed.`,
    table: {
      head: ['Request', 'Due', 'Prompt', 'First token', 'Tokens', 'Stalls', 'Longest', 'Fluidity', 'Outcome'],
      rows: rows.map((row) => tableRow(row, policy)),
    },
    data: { ...window, rows, silences: visible },
  };
}

const within = ({ origin }: ScoredRequest, from: number, to: number, window: { from: number; to: number }): boolean =>
  origin + to > window.from && origin + from < window.to;

function finding(silence: Silence | undefined, hit: number, failed: number, rows: number): string {
  if (silence) {
    const length = duration((silence.to - silence.from) / nanosecondsPerMillisecond);
    return silence.endedBy
      ? `${count(silence.streams)} streams fall silent for ${length}, until a prompt of ${count(silence.endedBy.promptTokens)} tokens has its first token`
      : `${count(silence.streams)} streams fall silent together for ${length}`;
  }
  if (rows === 0) return 'No request in view';
  if (hit > 0) return `${count(hit)} of ${plural(rows, 'request')} in view ${hit === 1 ? 'stalls' : 'stall'}`;
  if (failed > 0) return `${count(failed)} of ${plural(rows, 'request')} in view failed, none stalls`;
  return rows === 1 ? 'The one request in view does not stall' : `No stall among the ${count(rows)} requests in view`;
}

function tableRow(row: ScoredRequest, policy: ScoredRun['policy']): string[] {
  const stalls = stallsOf(row, policy.decodeDeadline);
  const most = longest(stalls);
  const ms = (time: number | undefined): string =>
    time === undefined ? 'none' : duration(time / nanosecondsPerMillisecond);
  return [
    `#${row.id}`,
    clock(row.record.scheduledAt / nanosecondsPerMillisecond),
    row.promptTokens === undefined ? 'n/a' : count(row.promptTokens),
    ms(row.times[0]),
    count(row.times.length),
    count(stalls.length),
    ms(most && waitOf(most)),
    row.fluidity === undefined ? 'not defined' : number(row.fluidity),
    row.outcome,
  ];
}
