import type { TrustRow, TrustTable } from '../../src/plots/trust-table.ts';
import { linear, logarithmic } from '../charts/scales.ts';
import { h, px, s } from '../dom.ts';
import { chip, icon } from '../icons.ts';

/** The instrument's certificate: every check with its limit. */
export function trustSection({ verdict, label, lead, rows }: TrustTable): HTMLElement {
  return h(
    'div',
    {},
    h('p', { class: 'trust-lead' }, chip(verdict, label), h('span', {}, lead)),
    rows.length > 0 &&
      h(
        'div',
        { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Instrument certificate' },
        h(
          'table',
          {},
          h('caption', { class: 'unseen' }, 'Instrument certificate'),
          h(
            'thead',
            {},
            h(
              'tr',
              {},
              h('th', { scope: 'col' }, 'Check'),
              h('th', { scope: 'col' }, 'Measured'),
              h('th', { scope: 'col' }, 'Limit'),
              h('th', { scope: 'col', class: 'left' }, 'Share of the limit, log scale'),
              h('th', { scope: 'col', class: 'left' }, 'Result'),
              h('th', { scope: 'col', class: 'left' }, 'Detail'),
            ),
          ),
          h('tbody', {}, ...rows.map(rowOf)),
        ),
      ),
  );
}

const rowOf = ({ label, measured, limit, ofLimit, state, result, detail }: TrustRow): HTMLElement =>
  h(
    'tr',
    {},
    h('th', { scope: 'row' }, label),
    h('td', {}, measured),
    h('td', {}, limit),
    h('td', { class: 'left' }, ofLimit !== undefined && limitLine(ofLimit, state)),
    h('td', { class: 'left' }, h('span', { class: `state ${state}` }, icon(state), result)),
    h('td', { class: 'left wide' }, detail),
  );

function limitLine(ofLimit: number, state: TrustRow['state']): SVGSVGElement {
  const width = 180;
  const x = logarithmic(0.01, 3, 6, width - 6);
  const line = linear(0, 1, 6, width - 6);
  const tone = state === 'ok' ? 'met' : state === 'bad' ? 'miss' : 'warn';
  return s(
    'svg',
    { viewBox: `0 0 ${width} 24`, width, height: 24, 'aria-hidden': true },
    s('line', { x1: line(0), x2: line(1), y1: 12, y2: 12, stroke: 'var(--rule)', 'stroke-width': 2 }),
    s('line', { x1: 6, x2: px(x(ofLimit)), y1: 12, y2: 12, stroke: 'var(--data-2)', 'stroke-width': 5 }),
    s('line', { x1: px(x(1)), x2: px(x(1)), y1: 3, y2: 21, stroke: 'var(--ink)', 'stroke-width': 1.75 }),
    s('circle', {
      cx: px(x(ofLimit)),
      cy: 12,
      r: 4.5,
      fill: `var(--${tone})`,
      stroke: 'var(--paper)',
      'stroke-width': 1.25,
    }),
  );
}
