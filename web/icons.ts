import { h, s } from './dom.ts';

export type Icon = 'ok' | 'warn' | 'bad' | 'none';

/** Shapes differ, not only colours: a circle, a triangle, an octagon. */
const shapes: Readonly<Record<Icon, readonly (readonly [path: string, width: number])[]>> = {
  ok: [
    ['M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1z', 1.6],
    ['M4.7 8.3l2.3 2.3 4.4-5', 1.8],
  ],
  warn: [
    ['M8 1.6L15 14H1z', 1.6],
    ['M8 6v4M8 11.2v1.4', 1.7],
  ],
  bad: [
    ['M5 1h6l4 4v6l-4 4H5l-4-4V5z', 1.6],
    ['M5.2 5.2l5.6 5.6M10.8 5.2l-5.6 5.6', 1.8],
  ],
  none: [['M3 8h10', 1.8]],
};

export const icon = (kind: Icon): SVGSVGElement =>
  s(
    'svg',
    { viewBox: '0 0 16 16', width: 16, height: 16, 'aria-hidden': true },
    ...shapes[kind].map(([d, width]) =>
      s('path', { d, fill: 'none', stroke: 'currentColor', 'stroke-width': width, 'stroke-linejoin': 'round' }),
    ),
  );

const verdictIcons = { valid: 'ok', suspect: 'warn', invalid: 'bad' } as const;

export const chip = (verdict: keyof typeof verdictIcons, label: string, href?: string): HTMLElement =>
  href === undefined
    ? h('span', { class: `chip ${verdict}` }, icon(verdictIcons[verdict]), label)
    : h('a', { class: `chip ${verdict}`, href }, icon(verdictIcons[verdict]), label);
