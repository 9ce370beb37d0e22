import type { SteadySummary } from '../../analyses/steady-score.ts';
import { type SteadyTable, steadyTable } from '../../plots/steady-table.ts';
import { type Dress, dressFor, table, widthOf, wrap } from './layout.ts';

/** The whole run and its steady window side by side, or why there is none. */
export function steadyStateLines(
  summary: SteadySummary,
  { color, width }: { readonly color: boolean; readonly width: number },
): string[] {
  const dress = dressFor(color);
  const { steady, lead, rows } = steadyTable(summary, ' ');
  if (!steady) return wrap(`${dress.suspect('!')} ${lead}`, width, 2);
  const lines = sideBySide(rows);
  const fits = lines.every((line) => widthOf(line) <= width);
  return [...wrap(lead, width, 2), ...(fits ? lines : sideBySide(rows.flatMap((row) => onTwoLines(row, dress))))];
}

const sideBySide = (rows: SteadyTable['rows']): string[] =>
  table(
    [
      { title: '', align: 'left' },
      { title: 'whole run', align: 'left' },
      { title: 'steady window', align: 'left' },
    ],
    rows,
  );

/** The interval under its value. */
function onTwoLines([label, ...cells]: SteadyTable['rows'][number], dress: Dress): SteadyTable['rows'] {
  const parts = cells.map((cell) => / \((.*)\)$/.exec(cell));
  const [whole = '', window = ''] = cells.map((cell, i) => cell.slice(0, parts[i]?.index));
  const [below = '', beside = ''] = parts.map((part) => dress.dim(part?.[1] ?? ''));
  return [
    [label, whole, window],
    ['', below, beside],
  ];
}
