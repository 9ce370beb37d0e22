import { px, s } from '../dom.ts';

export type Place = readonly [x: number, y: number];

/** Through every point in straight lines. */
export const linePath = (places: readonly Place[]): string =>
  places.length === 0 ? '' : `M${places.map(([x, y]) => `${px(x)},${px(y)}`).join('L')}`;

/** Level from each point to the next, then up or down: a value holds until another follows. */
export const stepPath = (places: readonly Place[]): string =>
  places.map(([x, y], i) => (i === 0 ? `M${px(x)},${px(y)}` : `H${px(x)}V${px(y)}`)).join('');

/** Corners of a step curve, for areas whose other edge runs back. */
export const stepCorners = (places: readonly Place[]): Place[] =>
  places.flatMap(([x, y], i) => {
    const before = places[i - 1];
    return before === undefined ? [[x, y] as const] : [[x, before[1]] as const, [x, y] as const];
  });

/** Between an upper and a lower edge. */
export const bandPath = (upper: readonly Place[], lower: readonly Place[]): string =>
  upper.length === 0 ? '' : `${linePath(upper)}L${linePath([...lower].reverse()).slice(1)}Z`;

export const stroke = (d: string, colour: string, width: number): SVGPathElement =>
  s('path', { d, fill: 'none', stroke: `var(--${colour})`, 'stroke-width': width, 'stroke-linejoin': 'round' });

export const rectangle = (
  [left, top]: Place,
  [right, bottom]: Place,
  attributes: Readonly<Record<string, string | number>>,
): SVGRectElement =>
  s('rect', {
    x: px(left),
    y: px(top),
    width: px(Math.max(0.75, right - left)),
    height: px(Math.max(0, bottom - top)),
    ...attributes,
  });

/** One path for all crosses: "missed" without colour. */
export const crosses = (places: readonly Place[], half: number): string =>
  places
    .map(
      ([x, y]) =>
        `M${px(x - half)},${px(y - half)}l${px(2 * half)},${px(2 * half)}m0,${px(-2 * half)}l${px(-2 * half)},${px(2 * half)}`,
    )
    .join('');

/** A filled measured point. */
export const point = (x: number, y: number, colour: string, r = 4.5): SVGCircleElement =>
  s('circle', { cx: px(x), cy: px(y), r, fill: `var(--${colour})`, stroke: 'var(--paper)', 'stroke-width': 1.5 });
