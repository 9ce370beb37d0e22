import type { LoadUnit } from '../../analyses/capacity-found.ts';
import type { RankingFlip, SurfaceCell } from '../../analyses/capacity-surface.ts';
import type { Drawn } from '../figure.ts';
import { chosen, count, number, plural } from '../format.ts';
import { listed, strong, type Words } from '../words.ts';
import type { Chart, HeatCell } from './chart.ts';
import type { AnalysisPage, PageSection } from './document.ts';

/** Searches that were scored again under other deadlines. */
export interface SurfacePageInput {
  readonly objective: readonly string[];
  /** Of every capacity; absent where the searches turned up different things. */
  readonly unit?: LoadUnit;
  readonly surfaces: readonly Surface[];
  readonly flips: readonly RankingFlip[];
  readonly warnings?: readonly string[];
}

interface Surface {
  readonly folder: string;
  readonly cells: readonly SurfaceCell[];
}

/** Capacity as a surface over deadlines, one for each search, and where their order turns. */
export function surfacePage(input: SurfacePageInput, command: string): AnalysisPage {
  const { surfaces, objective, flips } = input;
  const cells = surfaces[0]?.cells.length ?? 0;
  return {
    schema: 'metron.analysis-page/1',
    eyebrow: [
      'Capacity by deadlines',
      plural(surfaces.length, 'search', 'searches'),
      `${count(cells)} choices of deadlines`,
    ],
    name: surfaces.map(({ folder }) => folder).join(' and '),
    status:
      flips.length > 0
        ? { state: 'warn', label: flips.some(({ sure }) => sure) ? 'The order turns' : 'The order may turn' }
        : { state: 'ok', label: 'Scored from stored looks' },
    remarks: [`objective: ${objective.join(', ')}`, 'no new load was made', ...(input.warnings ?? [])],
    answer: answerOf(input),
    why: surfaces.length > 1 ? surfaces.map((surface) => rangeOf(surface, input.unit)) : [],
    headline: [],
    sections: [
      {
        id: 'surface',
        short: 'Surface',
        title: 'What the deadlines do to the capacity',
        figures: surfaces.map((surface, i) => ({
          id: `figure-surface-${i}`,
          wide: surfaces.length === 1,
          drawn: heatFigure(surface, input),
        })),
      },
      ...(flips.length > 0 ? [flipSection(flips)] : []),
    ],
    source: { command },
  };
}

function answerOf({ surfaces, flips, unit }: SurfacePageInput): string {
  if (flips.length > 0) {
    const systems = [...new Set(flips.flatMap(({ ahead, behind }) => [ahead, behind]))];
    const sure = flips.some((flip) => flip.sure);
    return `Which of ${listed(systems)} is ahead ${sure ? 'depends' : 'may depend'} on the deadlines.`;
  }
  if (surfaces.length > 1) return 'No choice of deadlines turns the order of these systems.';
  const known = estimates(surfaces[0]?.cells ?? []);
  if (known.length === 0) return 'The looks that were stored do not hold the capacity under any of these deadlines.';
  return `Capacity from ${between(known, unit)}, by what a reader is promised.`;
}

/** "34.3 to 61.3 requests/s". */
const between = (known: readonly number[], unit: LoadUnit | undefined): string =>
  `${number(Math.min(...known))} to ${number(Math.max(...known))}${unit === undefined ? '' : ` ${unit}`}`;

const estimates = (cells: readonly SurfaceCell[]): number[] => cells.flatMap(({ estimate }) => estimate ?? []);

function rangeOf({ folder, cells }: Surface, unit: LoadUnit | undefined): Words {
  const known = estimates(cells);
  if (known.length === 0) return [strong(folder), ': every load that was looked at passes or fails under all of them.'];
  return [strong(folder), `: ${between(known, unit)}.`];
}

function heatFigure({ folder, cells }: Surface, { flips, surfaces, unit }: SurfacePageInput): Drawn<Chart> {
  const rows = [...new Set(cells.map(({ decodeDeadline_ms }) => decodeDeadline_ms))];
  const columns = [...new Set(cells.map(({ firstToken_ms }) => firstToken_ms))];
  const all = surfaces.flatMap((each) => estimates(each.cells));
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const at = (row: number, column: number): SurfaceCell | undefined =>
    cells.find((each) => each.decodeDeadline_ms === row && each.firstToken_ms === column);
  const turns = (row: number, column: number): RankingFlip | undefined =>
    flips.find(
      (flip) =>
        flip.decodeDeadline_ms === row &&
        flip.firstToken_ms === column &&
        (flip.ahead === folder || flip.behind === folder),
    );
  const cellOf = (row: number, column: number): HeatCell => {
    const cell = at(row, column);
    const flip = turns(row, column);
    return {
      text: capacityText(cell),
      ...(cell?.estimate !== undefined && { level: most > least ? (cell.estimate - least) / (most - least) : 1 }),
      ...(flip && { turned: true }),
      words: words(row, column, cell, flip, unit),
    };
  };
  const known = estimates(cells);
  const turned = flips.some(({ ahead, behind }) => ahead === folder || behind === folder);
  return {
    title: known.length === 0 ? `${folder}: beyond what was looked at` : `${folder}: ${between(known, unit)}`,
    subtitle: `Capacity${unit === undefined ? '' : `, ${unit},`} under each pair of deadlines: for every token after the first, and for the first (above the prefill curve, where there is one).`,
    note: `${count(cells.length)} pairs. Stronger tone: more. ≥ and <: every load that was looked at passes, or fails.${turned ? ' Outlined (↔): another system is ahead here than elsewhere.' : ''}`,
    alt: `Heat map of capacity for ${count(rows.length)} decode deadlines and ${count(columns.length)} first-token deadlines.`,
    table: {
      head: ['Decode deadline', ...columns.map((column) => `First token ${chosen(column)}`)],
      rows: rows.map((row) => [chosen(row), ...columns.map((column) => capacityText(at(row, column)))]),
    },
    data: {
      kind: 'heat',
      rowTitle: 'Decode deadline',
      columnTitle: 'First token within',
      rows: rows.map((row) => chosen(row)),
      columns: columns.map((column) => chosen(column)),
      cells: rows.map((row) => columns.map((column) => cellOf(row, column))),
    },
  };
}

/** The estimate; else that all loads that were looked at pass, or all fail. */
function capacityText(cell: SurfaceCell | undefined): string {
  const { estimate, lower, upper } = cell ?? {};
  if (estimate !== undefined) return number(estimate);
  if (lower !== undefined && upper === undefined) return `≥ ${number(lower)}`;
  return upper === undefined ? '?' : `< ${number(upper)}`;
}

const words = (
  row: number,
  column: number,
  cell: SurfaceCell | undefined,
  flip: RankingFlip | undefined,
  unit: LoadUnit | undefined,
): Words => [
  `With ${chosen(row)} per token and ${chosen(column)} for the first: capacity `,
  strong(capacityText(cell)),
  unit === undefined ? '' : ` ${unit}`,
  flip
    ? `; here ${flip.ahead} is ahead of ${flip.behind}, elsewhere mostly behind it${flip.sure ? '' : ' (bounds overlap)'}`
    : '',
];

const flipSection = (flips: readonly RankingFlip[]): PageSection => ({
  id: 'order',
  short: 'Order',
  title: 'Where the order turns',
  lead: 'Against the order under most pairs of deadlines. Shown: bounds that do not overlap say so, here and for the other order; else estimates alone.',
  tables: [
    {
      name: 'Deadlines under which the order turns',
      words: 5,
      head: ['Decode deadline', 'First token', 'Ahead here', 'Behind here', 'How sure'],
      rows: flips.map(({ decodeDeadline_ms, firstToken_ms, ahead, behind, sure }) => [
        chosen(decodeDeadline_ms),
        chosen(firstToken_ms),
        ahead,
        behind,
        sure ? 'shown' : 'by estimate',
      ]),
    },
  ],
});
