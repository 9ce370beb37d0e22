import type { SteadySummary } from '../../analyses/steady-score.ts';
import { steadyTable } from '../../plots/steady-table.ts';
import { dressFor, table, wrap } from './layout.ts';

/** The whole run and its steady window side by side, or why there is none. */
export function renderSteadyState(
  summary: SteadySummary,
  { color, width }: { readonly color: boolean; readonly width: number },
): string {
  const { steady, lead, rows } = steadyTable(summary, ' ');
  if (!steady) return `${wrap(`${dressFor(color).suspect('!')} ${lead}`, width, 2).join('\n')}\n`;
  const lines = table(
    [
      { title: '', align: 'left' },
      { title: 'whole run', align: 'left' },
      { title: 'steady window', align: 'left' },
    ],
    rows,
  );
  return `${[...wrap(lead, width, 2), ...lines].join('\n')}\n`;
}
