import { nanosecondsPerMillisecond } from '../../core/units.ts';
import { type PrefillDeadline, prefillDeadlineFor } from '../../metrics/index.ts';
import type { Drawn } from '../figure.ts';
import { chosen, count, duration, plural } from '../format.ts';
import { ascending, evenly, extent, orderStatistic, rounded } from '../order.ts';
import { firstTokenLate, type ScoredRequest } from '../scored-request.ts';
import { type ScoredRun, sampleNote } from '../scored-run.ts';
import { type Cell, cells } from './first-token-cells.ts';

export interface FirstTokens {
  /** What runs across: prompt tokens, or, where all prompts are of one length, seconds at which requests were due. */
  readonly across: 'prompt' | 'due';
  /** Place across, milliseconds, request id: in time, then late. */
  readonly inTime: readonly Point[];
  readonly late: readonly Point[];
  /** Requests without a first token. */
  readonly never: readonly { readonly across: number; readonly id: number }[];
  /** Instead of `inTime` above 3,000 requests: cells of a logarithmic grid, with counts. */
  readonly cells?: readonly Cell[];
  /** The deadline across the figure. */
  readonly deadline: readonly (readonly [number, number])[];
  readonly extent: readonly [number, number];
  readonly times: readonly [number, number];
}

export type Point = readonly [across: number, ms: number, id: number];

const mostPoints = 3000;
const mostCrosses = 400;
const subtitleOf = (deadline: PrefillDeadline, oneLength: number | undefined): string => {
  const against =
    oneLength === undefined
      ? 'prompt length'
      : `when the request was due; every prompt has ${plural(oneLength, 'token')}`;
  return deadline.kind === 'constant'
    ? `Time to first token against ${against}. The deadline is ${chosen(ms(deadline.deadline))} for every prompt.`
    : `Time to first token against ${against}. The deadline follows the prompt: prefill curve ${deadline.id} + ${chosen(ms(deadline.slack))}.`;
};
const ms = (time: number): number => time / nanosecondsPerMillisecond;

export function firstTokens(run: ScoredRun): Drawn<FirstTokens> {
  const { counted, policy } = run;
  const known = counted.filter(({ promptTokens }) => promptTokens !== undefined);
  const oneLength = onlyLength(known);
  const across = oneLength === undefined ? promptOf : dueOf;
  const subtitle = subtitleOf(policy.prefillDeadline, oneLength);
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
      oneLength === undefined ? 'Both axes logarithmic.' : 'Time axis upwards logarithmic.',
    ]
      .filter((part) => part !== '')
      .join(' ')
      .concat(sampleNote(run)),
    alt: `Time to first token against ${oneLength === undefined ? 'prompt length' : 'when the request was due'}; ${count(late.length)} of ${count(arrived.length)} after their deadline.`,
    table: byLength(known),
    data: {
      across: oneLength === undefined ? 'prompt' : 'due',
      inTime: binned ? [] : inTime.map((request) => point(request, across)),
      late: drawnLate.map((request) => point(request, across)),
      never: evenly(never, mostCrosses).map((request) => ({ across: across(request), id: request.id })),
      ...(binned
        ? {
            cells: cells(
              inTime.map((request) => point(request, across)),
              { logarithmic: oneLength === undefined },
            ),
          }
        : {}),
      deadline:
        oneLength === undefined
          ? deadlineLine(arrived, policy.prefillDeadline)
          : levelDeadline(oneLength, extent(known.map(dueOf)), policy.prefillDeadline),
      extent: extent(known.map(across)),
      times: extent([
        ...arrived.map((request) => ms(request.times[0] ?? 0)),
        ...arrived.flatMap(({ firstTokenDeadline: due }) => (due === undefined ? [] : [ms(due)])),
      ]),
    },
  };
}

type Across = (request: ScoredRequest) => number;
const promptOf: Across = ({ promptTokens = 1 }) => promptTokens;
const dueOf: Across = ({ origin }) => rounded(ms(origin) / 1000, 3);

const point = (request: ScoredRequest, across: Across): Point => [
  across(request),
  rounded(ms(request.times[0] ?? 0), 2),
  request.id,
];

/** The length of all prompts, if several requests share one. */
function onlyLength(requests: readonly ScoredRequest[]): number | undefined {
  const lengths = new Set(requests.map(promptOf));
  return requests.length > 1 && lengths.size === 1 ? [...lengths][0] : undefined;
}

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

/** A curve is drawn over the lengths it was measured on, as far as this run's prompts go. */
function deadlineLine(requests: readonly ScoredRequest[], deadline: PrefillDeadline): (readonly [number, number])[] {
  const [from, to] = extent(requests.map(({ promptTokens = 1 }) => Math.max(1, promptTokens)));
  if (deadline.kind === 'constant') return levelDeadline(from, [from, to], deadline);
  return Array.from({ length: 41 }, (_, i) => {
    const prompt = from * (to / from) ** (i / 40);
    return [rounded(prompt, 1), deadlineOf(prompt, deadline)] as const;
  });
}

/** The same for every request, since all prompts are of one length. */
function levelDeadline(
  length: number,
  [from, to]: readonly [number, number],
  deadline: PrefillDeadline,
): (readonly [number, number])[] {
  return [from, to].map((at) => [at, deadlineOf(length, deadline)] as const);
}

/** In milliseconds, of a prompt of which no cache answered a part. */
const deadlineOf = (promptTokens: number, deadline: PrefillDeadline): number =>
  rounded(ms(prefillDeadlineFor(deadline, { promptTokens, cachedTokens: 0 }) ?? 0), 2);

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
