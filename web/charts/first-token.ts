import type { FirstTokens, Point } from '../../src/plots/figures/first-token.ts';
import { count, duration, number } from '../../src/plots/format.ts';
import { multiples, niceStep } from '../../src/plots/order.ts';
import { strong } from '../../src/plots/words.ts';
import { px, s, unit } from '../dom.ts';
import type { Drawing } from './drawing.ts';
import { crosses, linePath, type Place, rectangle } from './shapes.ts';
import { type Axis, type StatisticalChart, statisticalChart } from './statistical.ts';

export function firstTokenDrawing(open: (id: number) => void): (data: FirstTokens, width: number) => Drawing {
  return (data, width) => {
    const chart = statisticalChart({
      width,
      left: 56,
      x: acrossAxis(data),
      y: { type: 'log', domain: widened(data.times, 8), format: tick, title: 'Time to first token' },
    });
    draw(chart, data);
    annotate(chart, data);
    return { svg: chart.svg, ...reading(chart, data, open) };
  };
}

function acrossAxis({ across, extent }: FirstTokens): Axis {
  if (across === 'prompt') return { type: 'log', domain: widened(extent, 4), format: count, title: 'Prompt tokens' };
  const end = Math.max(extent[1], 0.001);
  const ticks = multiples(niceStep(end, 6), end);
  return { type: 'linear', domain: [0, end * 1.02], ticks, format: String, title: 'Due, seconds since the start' };
}

const tick = (ms: number): string => (ms >= 1000 ? `${ms / 1000}\u202fs` : `${ms}\u202fms`);

/** Half an octave of air; never narrower than `least`-fold. */
function widened([from, to]: readonly [number, number], least: number): [number, number] {
  const [low, high] = [Math.max(from, 0.01) / 1.4, Math.max(to, 0.01) * 1.4];
  const missing = Math.sqrt(Math.max(1, least / (high / low)));
  return [low / missing, high * missing];
}

function draw({ marks, x, y }: StatisticalChart, data: FirstTokens): void {
  const k = unit();
  const most = (data.cells ?? []).reduce((largest, [, , , , n]) => Math.max(largest, n), 1);
  const cells = (data.cells ?? []).map(([across, ms, acrossEnd, msEnd, n]) =>
    rectangle([x(across) + 0.5, y(msEnd) + 0.5], [x(acrossEnd) - 0.5, y(ms) - 0.5], {
      fill: 'var(--data)',
      'fill-opacity': (0.15 + 0.85 * Math.sqrt(n / most)).toFixed(2),
    }),
  );
  const few = data.inTime.length < 60;
  const radius = (few ? 4 : 2.6) * k;
  const dots = data.inTime.map(([across, ms]) => s('circle', { cx: px(x(across)), cy: px(y(ms)), r: px(radius) }));
  marks.append(
    ...cells,
    s('g', { fill: 'var(--data)', 'fill-opacity': few ? 0.75 : 0.42 }, ...dots),
    s('path', { class: 'target', d: linePath(data.deadline.map(([across, ms]) => [x(across), y(ms)])) }),
  );
}

function annotate({ layer, labels, frame, x, y }: StatisticalChart, data: FirstTokens): void {
  const k = unit();
  const c = 3.6 * k;
  const edge = frame.top + 4 * k;
  const places: Place[] = [
    ...data.late.map(([across, ms]): Place => [x(across), y(ms)]),
    ...data.never.map(({ across }): Place => [x(across), edge]),
  ];
  layer.append(s('path', { d: crosses(places, c), stroke: 'var(--miss)', 'stroke-width': 1.75, fill: 'none' }));
  for (const [left, top] of places) labels.reserve(left - c, top - c, left + c, top + c);
  const [from] = data.deadline;
  const to = data.deadline.at(-1);
  if (from && to) {
    labels.add({
      text: 'deadline',
      at: [
        [x(to[0]), y(to[1]) + 16 * k, 'end'],
        [x(from[0]) + 2 * k, y(from[1]) + 16 * k, 'start'],
        [x(to[0]), y(to[1]) - 7 * k, 'end'],
        [x(from[0]) + 2 * k, y(from[1]) - 7 * k, 'start'],
      ],
    });
  }
  if (data.late.length > 0) {
    const places = [0.06, 0.35, 0.65].map((share) => frame.left + (frame.right - frame.left) * share);
    labels.add({
      text: `× ${count(data.late.length)} late`,
      kind: 'strong',
      tone: 'miss',
      size: 13,
      at: places.flatMap((left) => [30, 50, 70].map((down) => [left, frame.top + down * k, 'start'] as const)),
    });
  }
  if (data.never.length > 0) {
    labels.add({
      text: `× ${count(data.never.length)} never`,
      kind: 'strong',
      tone: 'miss',
      size: 13,
      at: [
        [frame.left + 8 * k, frame.top + 9 * k, 'start'],
        [frame.right - 8 * k, frame.top + 9 * k, 'end'],
        [frame.left + 8 * k, frame.top + 26 * k, 'start'],
      ],
    });
  }
}

function reading(chart: StatisticalChart, data: FirstTokens, open: (id: number) => void): Pick<Drawing, 'reading'> {
  const points: Point[] = [...data.inTime, ...data.late].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  if (points.length === 0) return {};
  const late = new Set(data.late.map(([, , id]) => id));
  const places = points.map((point) => [chart.x(point[0]), chart.y(point[1])] as const);
  return {
    reading: {
      count: points.length,
      start: points.length >> 1,
      near: (px_, py) => nearest(places, px_, py),
      open: (index) => open(points[index]?.[2] ?? 0),
      at: (index) => {
        const [across, ms, id] = points[index] ?? [0, 0, 0];
        const [left, top] = places[index] ?? [0, 0];
        return {
          marks: [
            s('circle', { cx: px(left), cy: px(top), r: 6, fill: 'none', stroke: 'var(--ink)', 'stroke-width': 2 }),
          ],
          words: [
            strong(`#${id}`),
            data.across === 'prompt'
              ? `: prompt of ${count(across)} tokens, first token after `
              : `: due at ${number(across)}\u202fs, first token after `,
            strong(duration(ms)),
            late.has(id) ? ', too late' : ', in time',
          ],
        };
      },
    },
  };
}

function nearest(places: readonly (readonly [number, number])[], x: number, y: number): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  places.forEach(([left, top], i) => {
    const distance = (left - x) ** 2 + (top - y) ** 2;
    if (distance < least) [best, least] = [i, distance];
  });
  return best;
}
