import type { ChartRow, RowsChart } from '../../src/plots/analyses/chart.ts';
import { px, s, unit } from '../dom.ts';
import { axisText, evenTicks } from './chart-axis.ts';
import type { Drawing } from './drawing.ts';
import { textWidth } from './measure.ts';
import { linear, logarithmic, type Scale } from './scales.ts';
import { readingRing, signAt } from './signs.ts';
import { fittingLogTicks, thinned } from './ticks.ts';

/** Narrower than this, the words of a row stand above its line. */
const wideEnough = 620;

interface Layout {
  readonly width: number;
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly words: keyof typeof heights;
  readonly x: Scale;
}

interface Placed {
  readonly row: ChartRow;
  /** Of the line. */
  readonly y: number;
}

/** How high a row is, and where in it its line lies: beside its words, under them, or between them. */
const heights = { beside: [27, 14], under: [46, 32], between: [60, 28] } as const;

/** One line for each number, its words at both ends. */
export function drawRows(chart: RowsChart, width: number): Drawing {
  const k = unit();
  const { placed, headings, bottom } = places(chart, width);
  const layout = layoutOf(chart, width, bottom);
  const height = Math.round(bottom + 44 * k);
  const svg = s('svg', { viewBox: `0 0 ${width} ${height}`, width, height, 'aria-hidden': true });
  svg.append(...axis(chart, layout));
  for (const { text, y } of headings) svg.append(label(text, 0, y, 'start', 'strong'));
  for (const each of placed) svg.append(...rowOf(each, chart, layout));
  svg.append(s('g', { class: 'reading' }));
  return {
    svg,
    reading: {
      count: placed.length,
      start: 0,
      rows: true,
      near: (_, y) => nearest(placed, y),
      at: (index) => {
        const each = placed[index];
        if (!each) return { marks: [], words: [] };
        const { row, y } = each;
        return { marks: [readingRing(layout.x(row.value ?? chart.axis.from), y)], words: row.words };
      },
    },
  };
}

function wordsPlace({ groups }: RowsChart, width: number): keyof typeof heights {
  if (width >= wideEnough * unit()) return 'beside';
  const fit = groups.every(({ rows }) =>
    rows.every(({ label: name, text }) => textWidth(name) + textWidth(text) + 12 < width),
  );
  return fit ? 'under' : 'between';
}

function places(chart: RowsChart, width: number) {
  const k = unit();
  const { groups } = chart;
  const [tall, line] = heights[wordsPlace(chart, width)];
  const placed: Placed[] = [];
  const headings: { text: string; y: number }[] = [];
  let y = 4 * k;
  for (const { label: text, rows } of groups) {
    if (text !== undefined) {
      headings.push({ text, y: y + 16 * k });
      y += 24 * k;
    }
    for (const row of rows) {
      placed.push({ row, y: y + line * k });
      y += tall * k;
    }
    y += 8 * k;
  }
  return { placed, headings, bottom: y };
}

function layoutOf(chart: RowsChart, width: number, bottom: number): Layout {
  const k = unit();
  const { groups } = chart;
  const { type, from, to } = chart.axis;
  const words = wordsPlace(chart, width);
  const stacked = words !== 'beside';
  const rows = groups.flatMap((group) => group.rows);
  const widest = (texts: readonly string[]): number => Math.max(0, ...texts.map((text) => textWidth(text)));
  const left = stacked ? 8 * k : widest(rows.map((row) => row.label)) + 16 * k;
  const right = width - (stacked ? 8 * k : widest(rows.map(({ text }) => text)) + 16 * k);
  const x = (type === 'log' ? logarithmic : linear)(from, to, left, right);
  return { width, left, right, bottom, words, x };
}

function axis(chart: RowsChart, { left, right, bottom, x, width }: Layout): SVGElement[] {
  const k = unit();
  const { type, from, to, title } = chart.axis;
  const format = (value: number): string => axisText(chart.axis, value);
  const even = type === 'linear' || to / from < 8;
  const ticks = even
    ? thinned(evenTicks(from, to, Math.max(2, Math.floor((right - left) / 70))), x, format)
    : fittingLogTicks([from, to], x, format);
  const upright = (value: number, kind: string): SVGElement =>
    s('line', { class: kind, x1: px(x(value)), x2: px(x(value)), y1: px(4 * k), y2: px(bottom) });
  return [
    ...ticks.map((value) => upright(value, 'grid-line')),
    ...ticks.map((value) => {
      const [text, at] = [format(value), x(value)];
      const half = textWidth(text) / 2;
      return label(text, Math.max(half, Math.min(width - half, at)), bottom + 16 * k, 'middle', 'axis');
    }),
    s('line', { class: 'base-line', x1: px(left), x2: px(right), y1: px(bottom), y2: px(bottom) }),
    ...(chart.zero === undefined ? [] : [upright(chart.zero, 'zero-line')]),
    label(`${title} →`, right, bottom + 36 * k, 'end', 'axis'),
  ];
}

function rowOf({ row, y }: Placed, { axis: { from, to } }: RowsChart, layout: Layout): SVGElement[] {
  const k = unit();
  const { left, right, width, x } = layout;
  const stacked = layout.words !== 'beside';
  const base = stacked ? y - 14 * k : y + 4 * k;
  const end = layout.words === 'between' ? y + 22 * k : base;
  const texts = [
    label(row.label, stacked ? 0 : left - 12 * k, base, stacked ? 'start' : 'end', 'label'),
    label(row.text, stacked ? width : right + 12 * k, end, stacked ? 'end' : 'start', 'label'),
  ];
  if (row.value === undefined) return texts;
  const at = (value: number): number => x(Math.max(from, Math.min(to, value)));
  if (row.sign === 'bar') {
    const bar = { x: px(left), y: px(y - 6 * k), width: px(Math.max(1, at(row.value) - left)), height: px(12 * k) };
    return [s('rect', { ...bar, fill: `var(--${row.tone})` }), ...texts];
  }
  return [
    ...intervalOf(row, y, at, { from, to }),
    ...(row.limit === undefined ? [] : [limitAt(at(row.limit), y)]),
    signAt(row.sign, at(row.value), y, row.tone),
    ...texts,
  ];
}

/** A thick bar; where it leaves the picture, an arrow says so. */
function intervalOf(
  { low, high }: ChartRow,
  y: number,
  at: (value: number) => number,
  { from, to }: { readonly from: number; readonly to: number },
): SVGElement[] {
  if (low === undefined || high === undefined) return [];
  const [left, right] = [at(low), at(high)];
  const bar = { x1: px(left), x2: px(Math.max(right, left + 1)), y1: px(y), y2: px(y) };
  const arrow = (x: number, way: 1 | -1): SVGElement =>
    s('path', {
      d: `M${px(x - 6 * way)},${px(y - 5)}l${6 * way},5l${-6 * way},5`,
      fill: 'none',
      stroke: 'var(--data-2)',
      'stroke-width': 2,
    });
  return [
    s('line', { ...bar, stroke: 'var(--data-2)', 'stroke-width': 5 }),
    ...(low < from ? [arrow(left, -1)] : []),
    ...(high > to ? [arrow(right, 1)] : []),
  ];
}

const limitAt = (x: number, y: number): SVGElement =>
  s('path', { class: 'target', d: `M${px(x)},${px(y - 11)}v22`, 'stroke-dasharray': '3 2' });

function label(
  text: string,
  x: number,
  y: number,
  anchor: 'start' | 'middle' | 'end',
  kind: 'label' | 'axis' | 'strong',
): SVGTextElement {
  const size = px(12 * unit());
  return s('text', { x: px(x), y: px(y), 'font-size': size, 'text-anchor': anchor, class: kind }, text);
}

function nearest(placed: readonly Placed[], y: number): number {
  let best = 0;
  for (const [i, each] of placed.entries()) if (Math.abs(each.y - y) < Math.abs((placed[best]?.y ?? 0) - y)) best = i;
  return best;
}
