import { nanosecondsPerMillisecond } from '../../core/units.ts';
import type { PrefillDeadline } from '../../metrics/index.ts';
import type { Drawn } from '../figure.ts';
import { chosen, count, duration, plural } from '../format.ts';
import { ascending, evenly, orderStatistic, rounded } from '../order.ts';
import { firstTokenLate, type ScoredRequest } from '../scored-request.ts';
import { type ScoredRun, sampleNote } from '../scored-run.ts';

export interface FirstTokens {
  /** Prompt tokens, milliseconds, request id: in time, then late. */
  readonly inTime: readonly Point[];
  readonly late: readonly Point[];
  /** Prompt lengths of requests without a first token. */
  readonly never: readonly { readonly prompt: number; readonly id: number }[];
  /** Instead of `inTime` above 3,000 requests: cells of a logarithmic grid, with counts. */
  readonly cells?: readonly Cell[];
  /** The deadline over prompt length. */
  readonly deadline: readonly (readonly [number, number])[];
  readonly prompts: readonly [number, number];
  readonly times: readonly [number, number];
}

export type Point = readonly [prompt: number, ms: number, id: number];
/** Lower corner, upper corner, count. */
export type Cell = readonly [prompt: number, ms: number, promptEnd: number, msEnd: number, count: number];

const mostPoints = 3000;
const mostCrosses = 400;
const subtitleOf = (deadline: PrefillDeadline): string =>
  deadline.kind === 'constant'
    ? `Time to first token against prompt length. The deadline is ${chosen(ms(deadline.deadline))} for every prompt.`
    : `Time to first token against prompt length. The deadline follows the prompt: prefill curve ${deadline.id} + ${chosen(ms(deadline.slack))}.`;
const ms = (time: number): number => time / nanosecondsPerMillisecond;

export function firstTokens(run: ScoredRun): Drawn<FirstTokens> {
  const { counted, policy } = run;
  const subtitle = subtitleOf(policy.prefillDeadline);
  const known = counted.filter(({ promptTokens }) => promptTokens !== undefined);
  const arrived = known.filter(({ times }) => times.length > 0);
  const title = 'How long first tokens take';
  if (counted.length === 0) return { title, subtitle, empty: 'No request was measured.' };
  if (known.length === 0) return { title, subtitle, empty: 'The record holds no prompt lengths.' };
  if (arrived.length === 0) return { title: 'No first token came', subtitle, empty: 'No request gave a token.' };
  const late = arrived.filter(firstTokenLate);
  const inTime = arrived.filter((request) => !firstTokenLate(request));
  const never = known.filter(({ times }) => times.length === 0);
  const binned = inTime.length > mostPoints;
  const drawnLate = evenly(late, mostCrosses);
  return {
    title: finding(arrived.length, late.length, never.length),
    subtitle,
    note: [
      `n = ${plural(arrived.length, 'request')} with a first token.`,
      never.length > 0
        ? `${count(never.length)} without one ${never.length === 1 ? 'is' : 'are'} drawn on the top edge.`
        : '',
      binned ? 'Darker cells hold more requests.' : '',
      drawnLate.length < late.length ? `${count(drawnLate.length)} of ${count(late.length)} late ones drawn.` : '',
      'Both axes logarithmic.',
    ]
      .filter((part) => part !== '')
      .join(' ')
      .concat(sampleNote(run)),
    alt: `Time to first token against prompt length; ${count(late.length)} of ${count(arrived.length)} after their deadline.`,
    table: byLength(known),
    data: {
      inTime: binned ? [] : inTime.map(point),
      late: drawnLate.map(point),
      never: evenly(never, mostCrosses).map(({ promptTokens = 0, id }) => ({ prompt: promptTokens, id })),
      ...(binned ? { cells: cells(inTime.map(point)) } : {}),
      deadline: deadlineLine(arrived, policy.prefillDeadline),
      prompts: extent(known.map(({ promptTokens = 1 }) => promptTokens)),
      times: extent([
        ...arrived.map((request) => ms(request.times[0] ?? 0)),
        ...arrived.flatMap(({ firstTokenDeadline: due }) => (due === undefined ? [] : [ms(due)])),
      ]),
    },
  };
}

const point = ({ promptTokens = 0, times, id }: ScoredRequest): Point => [
  promptTokens,
  rounded(ms(times[0] ?? 0), 2),
  id,
];

function finding(arrived: number, late: number, never: number): string {
  const lost = never === 0 ? '' : `, ${count(never)} never came`;
  if (late === 0) {
    if (arrived === 1 && never === 0) return 'The one first token came in time';
    return never === 0 ? `All ${count(arrived)} first tokens came in time` : `No first token came late${lost}`;
  }
  if (late === arrived)
    return `${arrived === 1 ? 'The one first token' : `All ${count(arrived)} first tokens`} came late${lost}`;
  return `${count(late)} of ${count(arrived)} first tokens came late${lost}`;
}

const extent = (values: readonly number[]): readonly [number, number] => [
  values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY),
  values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY),
];

/** A curve is drawn over the lengths it was measured on, as far as this run's prompts go. */
function deadlineLine(requests: readonly ScoredRequest[], deadline: PrefillDeadline): (readonly [number, number])[] {
  const [from, to] = extent(requests.map(({ promptTokens = 1 }) => Math.max(1, promptTokens)));
  if (deadline.kind === 'constant')
    return [
      [from, ms(deadline.deadline)],
      [to, ms(deadline.deadline)],
    ];
  const { a, b, c, slack } = deadline;
  return Array.from({ length: 41 }, (_, i) => {
    const prompt = from * (to / from) ** (i / 40);
    return [rounded(prompt, 1), rounded(ms(a + b * prompt + c * prompt * prompt + slack), 2)] as const;
  });
}

/** Counts on a grid of 48 × 32 logarithmic cells. */
function cells(points: readonly Point[]): Cell[] {
  const grid = (
    values: readonly number[],
    n: number,
  ): { place: (v: number) => number; edge: (i: number) => number } => {
    const [least, most] = extent(values.map((value) => Math.max(value, 1e-3)));
    const ratio = Math.max(most / least, 1.01);
    return {
      place: (value) => Math.min(n - 1, Math.max(0, Math.floor((Math.log(value / least) / Math.log(ratio)) * n))),
      edge: (i) => rounded(least * ratio ** (i / n), 2),
    };
  };
  const x = grid(
    points.map(([prompt]) => prompt),
    48,
  );
  const y = grid(
    points.map(([, time]) => time),
    32,
  );
  const counts = new Map<number, number>();
  for (const [prompt, time] of points) {
    const cell = x.place(Math.max(prompt, 1e-3)) * 32 + y.place(Math.max(time, 1e-3));
    counts.set(cell, (counts.get(cell) ?? 0) + 1);
  }
  return [...counts].map(([cell, n]) => {
    const [i, j] = [Math.floor(cell / 32), cell % 32];
    return [x.edge(i), y.edge(j), x.edge(i + 1), y.edge(j + 1), n];
  });
}

function byLength(requests: readonly ScoredRequest[]): { head: string[]; rows: string[][] } {
  const head = ['Prompt tokens', 'Requests', 'P50', 'P90', 'Late', 'Never'];
  const groups = new Map<number, ScoredRequest[]>();
  for (const request of requests) {
    const octave = Math.floor(Math.log2(Math.max(1, request.promptTokens ?? 1)));
    const group = groups.get(octave);
    if (group) group.push(request);
    else groups.set(octave, [request]);
  }
  const rows = [...groups]
    .sort(([a], [b]) => a - b)
    .map(([octave, group]) => {
      const arrived = group.filter(({ times }) => times.length > 0);
      const sorted = ascending(arrived.map(({ times }) => ms(times[0] ?? 0)));
      return [
        `${count(2 ** octave)} to ${count(2 ** (octave + 1) - 1)}`,
        count(group.length),
        duration(orderStatistic(sorted, 0.5)),
        duration(orderStatistic(sorted, 0.9)),
        count(arrived.filter(firstTokenLate).length),
        count(group.length - arrived.length),
      ];
    });
  return { head, rows };
}
