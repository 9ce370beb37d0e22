import type { ComparedTurn, CompareResult, TurnNumber } from '../../analyses/comparison-result.ts';
import { count, duration, plural, share } from '../format.ts';
import { strong } from '../words.ts';
import type { ChartAxis, Curve, Mark, Tone } from './chart.ts';
import type { PageFigure, PageSection, PageTable } from './document.ts';
import { fromZero, shareAxis } from './ranges.ts';

interface Shown {
  readonly key: TurnNumber;
  readonly title: string;
  readonly of: string;
  readonly text: (value: number | undefined) => string;
}

const numbers: readonly Shown[] = [
  { key: 'ttftP50_ms', title: 'First token', of: 'Median time to the first token', text: duration },
  { key: 'tpotP50_ms', title: 'Time per token', of: 'Median time per token', text: duration },
  { key: 'fluidShare', title: 'Fluid answers', of: 'Share of fluid answers', text: share },
];

/** A turn and the stretch it takes of the horizontal axis. */
interface Placed {
  readonly turn: ComparedTurn;
  readonly from: number;
  readonly to: number;
}

/** Who ran when, in which order, and what each turn showed by itself. */
export function roundsSection(input: CompareResult): PageSection[] {
  const { turns = [], systems } = input;
  if (turns.length === 0) return [];
  const { placed, axis } = placesOf(turns);
  const rounds = new Set(turns.map(({ round }) => round)).size;
  return [
    {
      id: 'rounds',
      short: 'Rounds',
      title: 'Who ran when',
      lead: `${plural(rounds, 'round')}: in each every server had one turn, in an order that the seed drew. ${firstsText(input)}`,
      figures: numbers
        .filter(({ key }) => turns.some(({ values }) => values[key] !== undefined))
        .map((shown) =>
          figureOf(
            shown,
            placed,
            axis,
            systems.map(({ name }) => name),
          ),
        ),
      tables: [turnsTable(turns)],
    },
  ];
}

/** By time; by turn where a comparison that was interrupted went on much later. */
function placesOf(turns: readonly ComparedTurn[]): { placed: Placed[]; axis: ChartAxis } {
  const start = Date.parse(turns[0]?.startedAt ?? '');
  const from = turns.map(({ startedAt }) => (Date.parse(startedAt) - start) / 60_000);
  const to = turns.map(({ seconds }, i) => (from[i] ?? 0) + (seconds ?? 0) / 60);
  const busy = to.reduce((sum, end, i) => sum + end - (from[i] ?? 0), 0);
  const end = Math.max(...to);
  const byTime = busy > 0 && end < 3 * busy;
  const placed = turns.map((turn, i) =>
    byTime ? { turn, from: from[i] ?? 0, to: to[i] ?? 0 } : { turn, from: i + 0.1, to: i + 0.9 },
  );
  const title = byTime ? 'Minutes since the first turn' : 'Turns';
  return { placed, axis: { type: 'linear', from: 0, to: byTime ? end : turns.length, unit: 'number', title } };
}

/** How often each system came first in its round. */
function firstsText({ turns = [], systems }: CompareResult): string {
  const firsts = turns.filter(({ round }, i) => turns.findIndex((each) => each.round === round) === i);
  const told = systems.map(({ name }) => `${name} ${count(firsts.filter(({ system }) => system === name).length)}`);
  return `First of its round: ${told.join(', ')}.`;
}

function figureOf(shown: Shown, placed: readonly Placed[], axis: ChartAxis, names: readonly string[]): PageFigure {
  const { key, title, of, text } = shown;
  const known = placed.filter(({ turn }) => turn.values[key] !== undefined);
  const ends = known.flatMap(({ turn: { values } }) => Object.values(values[key] ?? {}));
  const unit = key === 'fluidShare' ? '' : ', ms';
  return {
    id: `figure-rounds-${key}`,
    drawn: {
      title: `${title}: ${names.map((name) => `${name} ${spread(known, name, shown)}`).join(', ')}`,
      subtitle: `${of} of every turn, as long as the turn took. The letter is the system, the number the round.`,
      note: `n = ${count(known.reduce((sum, { turn }) => sum + turn.requests, 0))} requests in ${plural(known.length, 'turn')}. Bars: 95% of each turn’s own sample.`,
      alt: `${of} of ${plural(known.length, 'turn')} in the order they were had.`,
      table: {
        head: ['Turn', 'Round', 'System', of],
        rows: known.map(({ turn }, i) => [count(i + 1), count(turn.round), turn.system, text(turn.values[key]?.value)]),
      },
      data: {
        kind: 'plane',
        x: axis,
        y: key === 'fluidShare' ? shareAxis(ends, of) : fromZero(ends, `${of}${unit}`),
        curves: known.map(({ turn, from, to }): Curve => {
          const value = turn.values[key]?.value ?? 0;
          return {
            tone: toneOf(turn.system, names),
            points: [
              [from, value],
              [to, value],
            ],
          };
        }),
        marks: known.map((each) => markOf(each, shown, names)),
        lines: [],
      },
    },
  };
}

/** Least to most of what its turns showed. */
function spread(known: readonly Placed[], name: string, { key, text }: Shown): string {
  const values = known.flatMap(({ turn }) => (turn.system === name ? (turn.values[key]?.value ?? []) : []));
  if (values.length === 0) return 'none';
  const [least, most] = [text(Math.min(...values)), text(Math.max(...values))];
  return least === most ? least : `${least} to ${most}`;
}

function markOf({ turn, from, to }: Placed, { key, of, text }: Shown, names: readonly string[]): Mark {
  const { value = 0, low, high } = turn.values[key] ?? {};
  return {
    x: (from + to) / 2,
    y: value,
    ...(low !== undefined && high !== undefined && { low, high }),
    sign: names.indexOf(turn.system) === 0 ? 'dot' : 'diamond',
    tone: toneOf(turn.system, names),
    label: `${turn.system.slice(0, 1)}${turn.round}`,
    words: [
      `Round ${turn.round}, ${turn.system} from ${clockText(turn.startedAt)}: `,
      strong(text(value)),
      ` ${of.toLowerCase()}${turn.verdict === undefined || turn.verdict === 'valid' ? '' : `; the measurement is ${turn.verdict}`}`,
    ],
  };
}

/** Blue and orange for two; more are told apart by their letters, the first darker. */
function toneOf(system: string, names: readonly string[]): Tone {
  const first = names.indexOf(system) === 0;
  if (names.length > 2) return first ? 'data' : 'data-2';
  return first ? 'a' : 'b';
}

const clockText = (iso: string): string => `${iso.slice(11, 19)} UTC`;

function turnsTable(turns: readonly ComparedTurn[]): PageTable {
  const cell = (turn: ComparedTurn, { key, text }: Shown): string => text(turn.values[key]?.value);
  return {
    name: 'Turns in the order they were had',
    words: 3,
    head: ['Round', 'System', 'Measurement', 'Began', 'Took', 'Requests', ...numbers.map(({ of }) => of)],
    rows: turns.map((turn) => [
      count(turn.round),
      turn.system,
      turn.verdict ?? 'cut',
      clockText(turn.startedAt),
      turn.seconds === undefined ? 'n/a' : duration(turn.seconds * 1000),
      count(turn.requests),
      ...numbers.map((shown) => cell(turn, shown)),
    ]),
  };
}
