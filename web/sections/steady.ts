import type { SteadyTable } from '../../src/plots/steady-table.ts';
import { h } from '../dom.ts';
import { icon } from '../icons.ts';

/** Whether the run had settled, and what its settled part says beside the whole. */
export function steadySection({ steady, lead, rows }: SteadyTable, deadline: string): HTMLElement {
  const state = steady ? 'ok' : 'warn';
  return h(
    'div',
    { id: 'steady', class: 'full' },
    h('h3', { class: 'table-name' }, steady ? 'The whole run beside its steady window' : 'No steady state'),
    h('p', { class: 'trust-lead' }, h('span', { class: `state ${state}` }, icon(state), lead)),
    rows.length > 0 &&
      h(
        'div',
        { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Whole run and steady window' },
        h(
          'table',
          {},
          h(
            'thead',
            {},
            h('tr', {}, ...['Number', 'Whole run', 'Steady window'].map((text) => h('th', { scope: 'col' }, text))),
          ),
          h(
            'tbody',
            {},
            ...rows.map(([label, whole, window]) =>
              h('tr', {}, h('th', { scope: 'row' }, label), h('td', {}, whole), h('td', {}, window)),
            ),
          ),
        ),
      ),
    rows.length > 0 &&
      h('p', { class: 'note' }, `Under the run’s own decode deadline of ${deadline}; 95% intervals in brackets.`),
  );
}
