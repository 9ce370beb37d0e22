import type { ChartAxis, Curve, Mark, PlaneChart } from '../../src/plots/analyses/chart.ts';
import { strong, type Words } from '../../src/plots/words.ts';
import { px, s, unit } from '../dom.ts';
import { axisOf, axisText } from './chart-axis.ts';
import type { Drawing, Reading } from './drawing.ts';
import { type LabelPlace, reservePath } from './labels.ts';
import { bandPath, linePath, type Place, stepCorners, stepPath, stroke } from './shapes.ts';
import { readingRing, signAt } from './signs.ts';
import { crosshair, type StatisticalChart, statisticalChart } from './statistical.ts';

/** Curves, bands and measured points on two axes. */
export function drawPlane(plane: PlaneChart, width: number): Drawing {
  const chart = statisticalChart({
    width,
    left: 52,
    right: 18,
    x: axisOf(plane.x, Math.max(2, Math.floor(width / 90))),
    y: axisOf(plane.y, 6),
  });
  clip(chart);
  spanOf(plane, chart);
  const { band } = plane;
  if (band && band.length > 0) {
    const edge = (at: 1 | 2): Place[] => band.map((each) => [chart.x(each[0]), chart.y(each[at])]);
    chart.marks.append(s('path', { d: bandPath(edge(2), edge(1)), fill: 'var(--data-soft)' }));
  }
  for (const curve of plane.curves) {
    chart.marks.append(pathOf(curve, chart));
    keepFree(curve, chart);
  }
  for (const mark of plane.marks) {
    chart.layer.append(...markOf(mark, plane.y, chart));
    chart.labels.reserve(...boxAround(mark, chart));
  }
  spanLabel(plane, chart);
  linesOf(plane, chart);
  for (const mark of plane.marks) markLabel(mark, chart);
  for (const curve of plane.curves) curveLabel(curve, chart);
  return { svg: chart.svg, reading: plane.readFrom === undefined ? byMark(plane, chart) : alongX(plane, chart) };
}

let clips = 0;

/** A curve may leave the frame; it is cut there. */
function clip({ svg, marks, frame: { left, right, top, bottom } }: StatisticalChart): void {
  const id = `plane-${++clips}`;
  const box = { x: left, y: top - 2, width: right - left, height: bottom - top + 4 };
  svg.prepend(s('defs', {}, s('clipPath', { id }, s('rect', box))));
  marks.setAttribute('clip-path', `url(#${id})`);
}

function spanOf({ span }: PlaneChart, { marks, frame, x }: StatisticalChart): void {
  if (!span) return;
  const [from, to] = [x(span.from), x(span.to)];
  marks.append(
    s('rect', {
      x: px(from),
      y: px(frame.top),
      width: px(Math.max(2, to - from)),
      height: px(frame.bottom - frame.top),
      fill: 'var(--data-soft)',
    }),
  );
}

/** Down from the top to where no mark is. */
const labelHeights = [12, 30, 48, 66, 84, 150] as const;

function spanLabel({ span }: PlaneChart, { labels, frame, x }: StatisticalChart): void {
  if (!span) return;
  const k = unit();
  const [from, to] = [x(span.from), x(span.to)];
  labels.add({
    text: span.label,
    kind: 'strong',
    at: labelHeights.flatMap((down): LabelPlace[] => [
      [from - 6 * k, frame.top + down * k, 'end'],
      [to + 6 * k, frame.top + down * k, 'start'],
      [(from + to) / 2, frame.top + down * k, 'middle'],
    ]),
  });
}

function pathOf({ points, tone, step, faint }: Curve, chart: StatisticalChart): SVGElement {
  const through = places(points, chart);
  return stroke(step ? stepPath(through) : linePath(through), faint ? 'line' : tone, faint ? 1.25 : 2.25);
}

function linesOf({ lines }: PlaneChart, { layer, labels, frame, x, y }: StatisticalChart): void {
  const k = unit();
  for (const { axis, at } of lines) {
    if (axis === 'x') labels.reserve(x(at) - 1, frame.top, x(at) + 1, frame.bottom);
    else labels.reserve(frame.left, y(at) - 1, frame.right, y(at) + 1);
  }
  for (const { axis, at, label } of lines) {
    const place = axis === 'x' ? x(at) : y(at);
    const d =
      axis === 'x'
        ? `M${px(place)},${px(frame.top)}V${px(frame.bottom)}`
        : `M${px(frame.left)},${px(place)}H${px(frame.right)}`;
    layer.append(s('path', { class: 'target', d }));
    const heights = labelHeights.slice(1).map((down) => frame.top + down * k);
    labels.add({
      text: label,
      at:
        axis === 'x'
          ? heights.flatMap((height): LabelPlace[] => [
              [place + 6 * k, height, 'start'],
              [place - 6 * k, height, 'end'],
            ])
          : [
              [frame.left + 6 * k, place - 6 * k, 'start'],
              [frame.right - 2 * k, place - 6 * k, 'end'],
              [frame.left + 6 * k, place + 15 * k, 'start'],
              [frame.right - 2 * k, place + 15 * k, 'end'],
            ],
    });
  }
}

function markOf({ x, y, low, high, sign, tone }: Mark, axis: ChartAxis, chart: StatisticalChart): SVGElement[] {
  const across = chart.x(x);
  const up = (value: number): string => px(chart.y(Math.min(axis.to, Math.max(axis.from, value))));
  const drawn = signAt(sign, across, chart.y(Math.min(axis.to, Math.max(axis.from, y))), tone);
  if (low === undefined || high === undefined) return [drawn];
  const line = { x1: px(across), x2: px(across), y1: up(low), y2: up(high) };
  return [s('line', { ...line, stroke: 'var(--data-2)', 'stroke-width': 2 }), drawn];
}

const boxAround = ({ x, y }: Mark, chart: StatisticalChart): [number, number, number, number] => [
  chart.x(x) - 5,
  chart.y(y) - 5,
  chart.x(x) + 5,
  chart.y(y) + 5,
];

function markLabel({ x, y, label }: Mark, chart: StatisticalChart): void {
  if (label === undefined) return;
  const k = unit();
  const [across, up] = [chart.x(x), chart.y(y)];
  chart.labels.add({
    text: label,
    at: [
      [across + 9 * k, up - 6 * k, 'start'],
      [across - 9 * k, up - 6 * k, 'end'],
      [across + 9 * k, up + 15 * k, 'start'],
      [across - 9 * k, up + 15 * k, 'end'],
    ],
  });
}

/** Beside the curve, where it is free. */
function curveLabel({ label, points, faint }: Curve, chart: StatisticalChart): void {
  if (label === undefined || faint) return;
  const k = unit();
  const inside = places(points, chart).filter(([x, y]) => isInside(x, y, chart));
  const at = [0.5, 0.3, 0.7, 0.1, 0.9, 0, 1].flatMap((share): LabelPlace[] => {
    const [x, y] = inside[Math.round(share * (inside.length - 1))] ?? [];
    if (x === undefined || y === undefined) return [];
    const around: LabelPlace[] = [
      [x + 9 * k, y + 15 * k, 'start'],
      [x - 9 * k, y - 8 * k, 'end'],
      [x, y - 10 * k, 'middle'],
      [x, y + 20 * k, 'middle'],
    ];
    return around.filter(([, base]) => base < chart.frame.bottom - 3);
  });
  chart.labels.add({ text: label, kind: 'strong', at });
}

const places = (points: Curve['points'], { x, y }: StatisticalChart): Place[] =>
  points.map(([across, up]) => [x(across), y(up)]);

const isInside = (x: number, y: number, { frame: { left, right, top, bottom } }: StatisticalChart): boolean =>
  x >= left && x <= right && y >= top && y <= bottom;

function keepFree({ points, step }: Curve, chart: StatisticalChart): void {
  const corners = places(points, chart);
  reservePath(chart.labels, step ? stepCorners(corners) : corners, (x, y) => isInside(x, y, chart));
}

/** One measured point after the other. */
function byMark({ marks }: PlaneChart, { x, y }: StatisticalChart): Reading {
  const ordered = [...marks].sort((a, b) => a.x - b.x);
  return {
    count: ordered.length,
    start: 0,
    near: (across, up) => nearestOf(ordered, (mark) => Math.hypot(x(mark.x) - across, y(mark.y) - up)),
    at: (index) => {
      const mark = ordered[index];
      return mark ? { marks: [readingRing(x(mark.x), y(mark.y))], words: mark.words } : { marks: [], words: [] };
    },
  };
}

function nearestOf<Item>(items: readonly Item[], distance: (item: Item) => number): number {
  let [best, least] = [0, Number.POSITIVE_INFINITY];
  for (const [i, item] of items.entries()) {
    const far = distance(item);
    if (far < least) [best, least] = [i, far];
  }
  return best;
}

const stops = 121;

/** Every curve at one place of the horizontal axis. */
function alongX(plane: PlaneChart, { frame, x, y }: StatisticalChart): Reading {
  const { from, to, type, title } = plane.x;
  const valueAt = (i: number): number =>
    type === 'log' ? from * (to / from) ** (i / (stops - 1)) : from + ((to - from) * i) / (stops - 1);
  const place = (value: number): number => {
    const share = type === 'log' ? Math.log(value / from) / Math.log(to / from) : (value - from) / (to - from);
    return Math.round(Math.max(0, Math.min(1, share)) * (stops - 1));
  };
  const named = plane.curves.filter(({ label }) => label !== undefined);
  return {
    count: stops,
    start: place(plane.readFrom ?? from),
    near: (across) => place(x.invert(across)),
    at: (i) => {
      const value = valueAt(i);
      const values = named.map((curve) => heldAt(curve, value));
      const words: Words = [
        `${title}, ${axisText(plane.x, value)}: `,
        ...named.flatMap(
          ({ label = '' }, at): Words => [at > 0 ? '; ' : '', `${label} `, strong(axisText(plane.y, values[at] ?? 0))],
        ),
      ];
      const rings = named.map(({ tone, faint }, at) => [y(values[at] ?? 0), faint ? 'line' : tone] as const);
      return { marks: crosshair(x(value), frame, rings), words };
    },
  };
}

/** Value of a step curve: that of the last point not beyond. */
function heldAt({ points }: Curve, x: number): number {
  const after = points.findIndex(([at]) => at > x + 1e-9);
  return points[after < 0 ? points.length - 1 : after - 1]?.[1] ?? 0;
}
