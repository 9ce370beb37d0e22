import { px, s, unit } from '../dom.ts';
import { Labels } from './labels.ts';
import { linear, logarithmic, type Scale } from './scales.ts';
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
  /** Under the annotations; clipped to the frame. */
  readonly marks: SVGGElement;
  /** Above the marks, below the labels. */
  readonly layer: SVGGElement;
  readonly labels: Labels;
  readonly x: Scale;
  readonly y: Scale;
}

export interface StatisticalOptions {
  readonly width: number;
  /** In drawing units, as all of these. */
  readonly height?: number;
  readonly left?: number;
  readonly right?: number;
  /** Room between the vertical axis's labels and the frame. */
  readonly beside?: number;
  readonly x: Axis;
  readonly y: Axis;
}

export function statisticalChart(options: StatisticalOptions): StatisticalChart {
  const frame = frameOf(options);
  const { width, height } = frame;
  const svg = s('svg', { viewBox: `0 0 ${width} ${height}`, width, height, 'aria-hidden': true });
  const [back, marks, front, layer, text] = [s('g'), s('g'), s('g'), s('g'), s('g')];
  svg.append(back, marks, front, layer, text, s('g', { class: 'reading' }));
  const labels = new Labels(text, width, height);
  const x = scaleOf(options.x, frame.left, frame.right);
  const y = scaleOf(options.y, frame.bottom, frame.top);
  const k = unit();
  labels.add({ text: `${options.y.title} ↑`, kind: 'axis', at: [[0, 11 * k, 'start']] });
  labels.add({ text: `${options.x.title} →`, kind: 'axis', at: [[frame.right, height - 4 * k, 'end']] });
  horizontalAxis(options.x, x, frame, front, labels);
  verticalAxis(options.y, y, frame, back, labels, (options.beside ?? 0) * k);
  return { svg, frame, marks, layer, labels, x, y };
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

const scaleOf = ({ type, domain: [from, to] }: Axis, start: number, end: number): Scale =>
  (type === 'log' ? logarithmic : linear)(from, to, start, end);

function horizontalAxis(
  axis: Axis,
  x: Scale,
  { left, right, bottom }: Frame,
  front: SVGGElement,
  labels: Labels,
): void {
  const k = unit();
  const ticks = axis.ticks ? thinned(axis.ticks, x, axis.format) : fittingLogTicks(axis.domain, x, axis.format);
  const line = (value: number, length: number): SVGLineElement =>
    s('line', { class: 'base-line', x1: px(x(value)), x2: px(x(value)), y1: px(bottom), y2: px(bottom + length) });
  front.append(s('line', { class: 'base-line', x1: px(left), x2: px(right), y1: px(bottom), y2: px(bottom) }));
  if (axis.type === 'log')
    front.append(...logTicks(axis.domain, [1, 2, 3, 4, 5, 6, 7, 8, 9]).map((value) => line(value, 2.5)));
  front.append(...ticks.map((value) => line(value, 4)));
  for (const value of ticks) {
    labels.add({ text: axis.format(value), kind: 'axis', at: [[x(value), bottom + 17 * k, 'middle']] });
    if (axis.second) {
      labels.add({ text: axis.second(value), kind: 'axis', size: 11.5, at: [[x(value), bottom + 33 * k, 'middle']] });
    }
  }
}

function verticalAxis(axis: Axis, y: Scale, frame: Frame, back: SVGGElement, labels: Labels, beside: number): void {
  const k = unit();
  for (const value of axis.ticks ?? verticalLogTicks(axis.domain)) {
    const at = y(value);
    if (Math.abs(at - frame.bottom) > 0.5) {
      back.append(s('line', { class: 'grid-line', x1: px(frame.left), x2: px(frame.right), y1: px(at), y2: px(at) }));
    }
    labels.add({ text: axis.format(value), kind: 'axis', at: [[frame.left - 8 * k - beside, at + 4 * k, 'end']] });
  }
}

/** 1 and 5 per decade; 1, 2 and 5 where that would leave fewer than three. */
function verticalLogTicks(domain: readonly [number, number]): number[] {
  const few = logTicks(domain, [1, 5]);
  return few.length >= 3 ? few : logTicks(domain, [1, 2, 5]);
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
