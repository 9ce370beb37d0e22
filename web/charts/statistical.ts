import { axisX, axisY, gridX, gridY, type Markish, plot, type ScaleOptions } from '@observablehq/plot';
import { px, s, unit } from '../dom.ts';
import { Labels } from './labels.ts';
import { fittingLogTicks, logTicks, thinned } from './ticks.ts';

export interface Axis {
  readonly type: 'linear' | 'log';
  readonly domain: readonly [number, number];
  /** Values to label; on a log axis chosen to fit if absent. */
  readonly ticks?: readonly number[];
  readonly format: (value: number) => string;
  readonly title: string;
  /** A second row of labels at the same ticks, for a reader's second unit. */
  readonly second?: (value: number) => string;
}

export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** A chart with the house's axes: flat titles with arrows, hairlines, ticks that fit. */
export interface StatisticalChart {
  readonly svg: SVGSVGElement;
  readonly frame: Frame;
  readonly labels: Labels;
  /** Above the marks, below the labels. */
  readonly layer: SVGGElement;
  x(value: number): number;
  y(value: number): number;
  xInverse(position: number): number;
}

export interface StatisticalOptions {
  readonly width: number;
  /** In drawing units. */
  readonly height?: number;
  readonly left?: number;
  readonly right?: number;
  readonly x: Axis;
  readonly y: Axis;
  /** Vertical hairlines too. */
  readonly vertical?: boolean;
  readonly marks: readonly Markish[];
}

export function statisticalChart(options: StatisticalOptions): StatisticalChart {
  const { width, x, y } = options;
  const frame = frameOf(options);
  const place = placer(x, frame.left, frame.right);
  const xTicks = x.ticks ? thinned(x.ticks, place, x.format) : fittingLogTicks(x.domain, place, x.format);
  const yTicks = y.ticks ?? logTicks(y.domain, [1, 5]);
  const k = unit();
  const font = { fontSize: 12 * k, fill: 'var(--ink-2)', label: null, tickSize: 0 } as const;
  const svg = plot({
    width,
    height: frame.height,
    marginLeft: frame.left,
    marginRight: width - frame.right,
    marginTop: frame.top,
    marginBottom: frame.height - frame.bottom,
    style: { overflow: 'visible', background: 'none', fontFamily: 'var(--sans)', fontSize: px(12 * k) },
    x: scale(x),
    y: scale(y),
    marks: [
      gridY([...yTicks], { stroke: 'var(--grid)', strokeOpacity: 1 }),
      ...(options.vertical ? [gridX(xTicks, { stroke: 'var(--grid)', strokeOpacity: 1 })] : []),
      ...(x.type === 'log' ? [minorTicks(x, xTicks)] : []),
      axisX(xTicks, { ...font, stroke: 'var(--line)', tickSize: 4, tickFormat: x.format, tickPadding: 4 * k }),
      ...(x.second ? [axisX(xTicks, { ...font, fontSize: 11.5 * k, tickFormat: x.second, tickPadding: 24 * k })] : []),
      axisY([...yTicks], { ...font, tickFormat: y.format, tickPadding: 8 * k }),
      ...options.marks,
    ],
  }) as SVGSVGElement & { scale(name: 'x' | 'y'): { apply(v: number): number; invert?(p: number): number } };
  svg.setAttribute('aria-hidden', 'true');
  return withLayers(svg, frame, options, svg.scale('x'), svg.scale('y'));
}

function frameOf({ width, height = 300, left = 46, right = 14, x }: StatisticalOptions): Frame {
  const k = unit();
  return {
    width,
    height: Math.round(height * k),
    left: left * k,
    right: width - right * k,
    top: 26 * k,
    bottom: Math.round(height * k) - (x.second ? 58 : 42) * k,
  };
}

const scale = ({ type, domain }: Axis): ScaleOptions => ({ type, domain: [...domain], clamp: true });

/** Positions are known before the chart is drawn, so that ticks can be chosen to fit. */
function placer({ type, domain: [from, to] }: Axis, start: number, end: number): (value: number) => number {
  const by = type === 'log' ? Math.log : (value: number): number => value;
  return (value) => start + ((by(value) - by(from)) / (by(to) - by(from))) * (end - start);
}

const minorTicks = (x: Axis, labelled: readonly number[]): Markish =>
  axisX(
    logTicks(x.domain, [1, 2, 3, 4, 5, 6, 7, 8, 9]).filter((tick) => !labelled.includes(tick)),
    { tickSize: 2.5, tickFormat: () => '', label: null, stroke: 'var(--line)' },
  );

function withLayers(
  svg: SVGSVGElement,
  frame: Frame,
  { x, y }: StatisticalOptions,
  xScale: { apply(v: number): number; invert?(p: number): number },
  yScale: { apply(v: number): number },
): StatisticalChart {
  const k = unit();
  const layer = s('g');
  const text = s('g');
  const base = s('line', {
    class: 'base-line',
    x1: px(frame.left),
    x2: px(frame.right),
    y1: frame.bottom,
    y2: frame.bottom,
  });
  svg.append(base, layer, text, s('g', { class: 'reading' }));
  const labels = new Labels(text, frame.width, frame.height);
  labels.add({ text: `${y.title} ↑`, kind: 'axis', at: [[0, 11 * k, 'start']] });
  labels.add({ text: `${x.title} →`, kind: 'axis', at: [[frame.right, frame.height - 4 * k, 'end']] });
  return {
    svg,
    frame,
    labels,
    layer,
    x: (value) => xScale.apply(value),
    y: (value) => yScale.apply(value),
    xInverse: (position) => xScale.invert?.(position) ?? Number.NaN,
  };
}

/** The reading point of a curve: a vertical line, and a ring on every series. */
export const crosshair = (
  x: number,
  { top, bottom }: Frame,
  rings: readonly (readonly [y: number, colour: string])[],
): SVGElement[] => [
  s('line', { class: 'cursor', x1: px(x), x2: px(x), y1: px(top), y2: px(bottom) }),
  ...rings.map(([y, colour]) =>
    s('circle', { cx: px(x), cy: px(y), r: 4, fill: 'var(--paper)', stroke: `var(--${colour})`, 'stroke-width': 2 }),
  ),
];
