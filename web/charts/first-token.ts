import { dot, lineY, rect } from '@observablehq/plot';
import type { Cell, FirstTokens, Point } from '../../src/plots/figures/first-token.ts';
import { count, duration } from '../../src/plots/format.ts';
import { strong } from '../../src/plots/words.ts';
import { px, s, unit } from '../dom.ts';
import type { Drawing } from './drawing.ts';
import { type StatisticalChart, statisticalChart } from './statistical.ts';

export function firstTokenDrawing(open: (id: number) => void): (data: FirstTokens, width: number) => Drawing {
  return (data, width) => {
    const k = unit();
    const chart = statisticalChart({
      width,
      left: 56,
      x: { type: 'log', domain: widened(data.prompts, 4), format: count, title: 'Prompt tokens' },
      y: {
        type: 'log',
        domain: widened(data.times, 8),
        format: tick,
        title: 'Time to first token',
      },
      marks: [
        ...(data.cells ? [cells(data.cells)] : []),
        dot(data.inTime, { x: first, y: second, r: 2.6 * k, fill: 'var(--data)', fillOpacity: 0.42, stroke: 'none' }),
        lineY(data.deadline, {
          x: first,
          y: second,
          stroke: 'var(--ink)',
          strokeWidth: 1.25,
          strokeDasharray: '5 3.5',
        }),
      ],
    });
    annotate(chart, data);
    return { svg: chart.svg, ...reading(chart, data, open) };
  };
}

const first = ([x]: readonly [number, number, ...number[]]): number => Math.max(1, x);
const second = ([, y]: readonly [number, number, ...number[]]): number => Math.max(0.01, y);

const tick = (ms: number): string => (ms >= 1000 ? `${ms / 1000}\u202fs` : `${ms}\u202fms`);

/** Half an octave of air; never narrower than `least`-fold. */
function widened([from, to]: readonly [number, number], least: number): [number, number] {
  const [low, high] = [Math.max(from, 0.01) / 1.4, Math.max(to, 0.01) * 1.4];
  const missing = Math.sqrt(Math.max(1, least / (high / low)));
  return [low / missing, high * missing];
}

function cells(all: readonly Cell[]): ReturnType<typeof rect> {
  const most = all.reduce((largest, [, , , , n]) => Math.max(largest, n), 1);
  return rect(all, {
    x1: ([x]: Cell) => Math.max(1, x),
    y1: ([, y]: Cell) => Math.max(0.01, y),
    x2: ([, , x]: Cell) => Math.max(1, x),
    y2: ([, , , y]: Cell) => Math.max(0.01, y),
    fill: 'var(--data)',
    fillOpacity: ([, , , , n]: Cell) => 0.15 + 0.85 * Math.sqrt(n / most),
    inset: 0.5,
  });
}

function annotate({ layer, labels, frame, x, y }: StatisticalChart, data: FirstTokens): void {
  const k = unit();
  const c = 3.6 * k;
  const cross = (left: number, top: number): string =>
    `M${px(left - c)},${px(top - c)}l${px(2 * c)},${px(2 * c)}m0,${px(-2 * c)}l${px(-2 * c)},${px(2 * c)}`;
  const edge = frame.top + 4 * k;
  const late = data.late.map((point) => cross(x(first(point)), y(second(point))));
  const never = data.never.map(({ prompt }) => cross(x(Math.max(1, prompt)), edge));
  layer.append(
    s('path', { d: [...late, ...never].join(''), stroke: 'var(--miss)', 'stroke-width': 1.75, fill: 'none' }),
  );
  for (const point of data.late) reserveMark(labels, x(first(point)), y(second(point)), c);
  for (const { prompt } of data.never) reserveMark(labels, x(Math.max(1, prompt)), edge, c);
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

const reserveMark = (labels: StatisticalChart['labels'], x: number, y: number, half: number): void =>
  labels.reserve(x - half, y - half, x + half, y + half);

function reading(chart: StatisticalChart, data: FirstTokens, open: (id: number) => void): Pick<Drawing, 'reading'> {
  const points: Point[] = [...data.inTime, ...data.late].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  if (points.length === 0) return {};
  const late = new Set(data.late.map(([, , id]) => id));
  const places = points.map((point) => [chart.x(first(point)), chart.y(second(point))] as const);
  return {
    reading: {
      count: points.length,
      start: points.length >> 1,
      near: (px_, py) => nearest(places, px_, py),
      open: (index) => open(points[index]?.[2] ?? 0),
      at: (index) => {
        const [prompt, ms, id] = points[index] ?? [0, 0, 0];
        const [left, top] = places[index] ?? [0, 0];
        return {
          marks: [
            s('circle', { cx: px(left), cy: px(top), r: 6, fill: 'none', stroke: 'var(--ink)', 'stroke-width': 2 }),
          ],
          words: [
            strong(`#${id}`),
            `: prompt of ${count(prompt)} tokens, first token after `,
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
