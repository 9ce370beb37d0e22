import type { Sign, Tone } from '../../src/plots/analyses/chart.ts';
import { px, s } from '../dom.ts';
import { crosses } from './shapes.ts';

/** A measured point in its shape: what colour says, the shape says too. */
export function signAt(sign: Sign, x: number, y: number, tone: Tone): SVGElement {
  const colour = `var(--${tone})`;
  switch (sign) {
    case 'dot':
      return s('circle', { cx: px(x), cy: px(y), r: 4.5, fill: colour, stroke: 'var(--paper)', 'stroke-width': 1.5 });
    case 'ring':
      return s('circle', { cx: px(x), cy: px(y), r: 4, fill: 'var(--paper)', stroke: colour, 'stroke-width': 2 });
    case 'cross':
      return s('path', { d: crosses([[x, y]], 4.5), fill: 'none', stroke: colour, 'stroke-width': 2.2 });
    case 'diamond':
      return s('path', {
        d: `M${px(x)},${px(y - 6)}l6,6l-6,6l-6,-6Z`,
        fill: colour,
        stroke: 'var(--paper)',
        'stroke-width': 1.5,
      });
    case 'triangle':
      return s('path', {
        d: `M${px(x)},${px(y - 6)}l6,10.5h-12Z`,
        fill: 'var(--paper)',
        stroke: colour,
        'stroke-width': 2,
      });
    default:
      return sign satisfies never;
  }
}

/** Around the point that is being read. */
export const readingRing = (x: number, y: number): SVGElement =>
  s('circle', { cx: px(x), cy: px(y), r: 9, fill: 'none', stroke: 'var(--ink)', 'stroke-width': 1.5 });
