import { s } from '../dom.ts';

let made = 0;

export const freshId = (name: string): string => `${name}-${++made}`;

/** Hatching says "missed" where colour alone would not. */
export const hatch = (id: string, spacing = 6): SVGPatternElement =>
  s(
    'pattern',
    { id, width: spacing, height: spacing, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
    s('rect', { width: spacing, height: spacing, fill: 'var(--miss-soft)' }),
    s('line', { x1: 0, y1: 0, x2: 0, y2: spacing, stroke: 'var(--miss)', 'stroke-width': 2.2 }),
  );
