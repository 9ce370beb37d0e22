import type { Completion } from '../../src/plots/figures/completion.ts';
import { duration, share } from '../../src/plots/format.ts';
import { multiples, niceStep } from '../../src/plots/order.ts';
import { strong } from '../../src/plots/words.ts';
import { s, unit } from '../dom.ts';
import type { Drawing, Reading } from './drawing.ts';
import { reservePath } from './labels.ts';
import { bandPath, type Place, stepCorners, stepPath, stroke } from './shapes.ts';
import { crosshair, type StatisticalChart, statisticalChart } from './statistical.ts';

export function drawCompletion(data: Completion, width: number): Drawing {
  const end = Math.max(...data.time_ms, 1);
  const chart = statisticalChart({
    width,
    height: 240,
    x: {
      type: 'linear',
      domain: [0, (end / 1000) * 1.02],
      ticks: multiples(niceStep(end / 1000, 6), end / 1000),
      format: String,
      title: 'Seconds since due',
    },
    y: {
      type: 'linear',
      domain: [0, 1],
      ticks: [0, 0.5, 1],
      format: (value) => `${value * 100}%`,
      title: 'Share of all requests',
    },
  });
  draw(chart, data);
  annotate(chart, data);
  return { svg: chart.svg, reading: reading(chart, data, end) };
}

function annotate({ labels, frame, x, y }: StatisticalChart, data: Completion): void {
  const k = unit();
  reservePath(labels, stepCorners(completedCurve(data, { x, y })));
  const failed = data.failed.at(-1) ?? 0;
  const right = frame.right - 4 * k;
  labels.add({
    text: `${share(data.ceiling)} completed`,
    kind: 'strong',
    size: 13,
    at: [
      [right, y(data.ceiling) + 18 * k, 'end'],
      [right, y(data.ceiling) - 8 * k, 'end'],
      [right, y(data.ceiling) + 40 * k, 'end'],
      [right, y(data.ceiling / 2), 'end'],
      [frame.left + 8 * k, y(data.ceiling) + 18 * k, 'start'],
    ],
  });
  if (failed === 0) return;
  labels.add({
    text: `${share(failed)} failed`,
    kind: 'strong',
    tone: 'miss',
    size: 13,
    at: [
      [frame.left + 8 * k, y(1) + 16 * k, 'start'],
      [right, y(1) + 16 * k, 'end'],
      [right, y(1 - failed) + 18 * k, 'end'],
    ],
  });
}

function reading({ frame, x, y }: StatisticalChart, data: Completion, end: number): Reading {
  const count = 101;
  return {
    count,
    start: 50,
    near: (position) => Math.round(((x.invert(position) * 1000) / end) * (count - 1)),
    at: (index) => {
      const ms = (index / (count - 1)) * end;
      const i = data.time_ms.findLastIndex((time) => time <= ms + 1e-9);
      const [done, lost] = [data.completed[i] ?? 0, data.failed[i] ?? 0];
      return {
        marks: crosshair(x(ms / 1000), frame, [
          [y(1 - lost), 'miss'],
          [y(done), 'data'],
        ]),
        words: ['Within ', strong(duration(ms)), ': ', strong(share(done)), ` completed, ${share(lost)} failed`],
      };
    },
  };
}

type Scales = Pick<StatisticalChart, 'x' | 'y'>;

const places = ({ time_ms }: Completion, { x, y }: Scales, value: (i: number) => number): Place[] => [
  [x(0), y(value(-1))],
  ...time_ms.map((time, i): Place => [x(time / 1000), y(value(i))]),
];

const completedCurve = (data: Completion, scales: Scales): Place[] =>
  places(data, scales, (i) => data.completed[i] ?? 0);

function draw({ marks, x, y }: StatisticalChart, data: Completion): void {
  const failed = places(data, { x, y }, (i) => 1 - (data.failed[i] ?? 0));
  const lost = (data.failed.at(-1) ?? 0) > 0;
  const edge = failed.map(([left]): Place => [left, y(1)]);
  marks.append(
    ...(lost ? [s('path', { d: bandPath(edge, stepCorners(failed)), fill: 'var(--miss-soft)' })] : []),
    ...(lost ? [stroke(stepPath(failed), 'miss', 1.25)] : []),
    stroke(stepPath(completedCurve(data, { x, y })), 'data', 2.25),
  );
}
