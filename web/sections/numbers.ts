import type { NumbersRow, NumbersTable } from '../../src/plots/numbers-table.ts';
import { lowerFirst } from '../../src/plots/words.ts';
import { h } from '../dom.ts';

/** All numbers: distributions first, then what has one value per run. */
export function numbersSection({ head, distributions, values, note, without }: NumbersTable): HTMLElement {
  return h(
    'div',
    {},
    distributions.length > 0 && region('Distribution of each metric', head, distributions),
    distributions.length > 0 && h('p', { class: 'note' }, note),
    without.length > 0 &&
      h('p', { class: 'note' }, `Without a value in this run: ${without.map(lowerFirst).join(', ')}.`),
    values.length > 0 && region('Numbers of the whole run', ['Value'], values),
  );
}

function region(name: string, head: readonly string[], rows: readonly NumbersRow[]): HTMLElement {
  return h(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': name },
    h(
      'table',
      {},
      h('caption', { class: 'unseen' }, name),
      h('thead', {}, h('tr', {}, ...['Metric', 'n', ...head].map((text) => h('th', { scope: 'col' }, text)))),
      h('tbody', {}, ...rows.map(rowOf)),
    ),
  );
}

const rowOf = ({ label, detail, n, cells, id }: NumbersRow): HTMLElement =>
  h(
    'tr',
    { 'data-metric': id },
    h('th', { scope: 'row' }, label, h('small', {}, detail)),
    h('td', {}, n),
    ...cells.map(({ text, small }) => h('td', {}, text, small !== undefined && small !== '' && h('small', {}, small))),
  );
