import type { Completion } from '../../src/plots/figures/completion.ts';
import { duration, share } from '../../src/plots/format.ts';
import { strong } from '../../src/plots/words.ts';
import { s, unit } from '../dom.ts';
import type { Drawing } from './drawing.ts';
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
      ticks: ticksTo(end / 1000),
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
  const { labels, frame, y } = chart;
  const k = unit();
  const failed = data.failed.at(-1) ?? 0;
  labels.add({
    text: `${share(data.ceiling)} completed`,
    kind: 'strong',
    size: 13,
    at: [
      [frame.right - 4 * k, y(data.ceiling) + 18 * k, 'end'],
      [frame.right - 4 * k, y(data.ceiling) - 8 * k, 'end'],
    ],
  });
  if (failed > 0) {
    labels.add({
      text: `${share(failed)} failed`,
      kind: 'strong',
      tone: 'miss',
      size: 13,
      at: [
        [frame.left + 8 * k, y(1) + 16 * k, 'start'],
        [frame.right - 4 * k, y(1) + 16 * k, 'end'],
        [frame.right - 4 * k, y(1 - failed) + 18 * k, 'end'],
      ],
    });
  }
  const count = 101;
  const valueAt = (index: number): number => (index / (count - 1)) * end;
  return {
    svg: chart.svg,
    reading: {
      count,
      start: 50,
      near: (position) => Math.round(((chart.x.invert(position) * 1000) / end) * (count - 1)),
      at: (index) => {
        const ms = valueAt(index);
        const i = data.time_ms.findLastIndex((time) => time <= ms + 1e-9);
        const [done, lost] = [data.completed[i] ?? 0, data.failed[i] ?? 0];
        return {
          marks: crosshair(chart.x(ms / 1000), frame, [
            [y(1 - lost), 'miss'],
            [y(done), 'data'],
          ]),
          words: ['Within ', strong(duration(ms)), ': ', strong(share(done)), ` completed, ${share(lost)} failed`],
        };
      },
    },
  };
}

function draw({ marks, x, y }: StatisticalChart, data: Completion): void {
  const places = (value: (i: number) => number): Place[] => [
    [x(0), y(value(-1))],
    ...data.time_ms.map((time, i): Place => [x(time / 1000), y(value(i))]),
  ];
  const failed = places((i) => 1 - (data.failed[i] ?? 0));
  const lost = (data.failed.at(-1) ?? 0) > 0;
  const edge = failed.map(([left]): Place => [left, y(1)]);
  marks.append(
    ...(lost ? [s('path', { d: bandPath(edge, stepCorners(failed)), fill: 'var(--miss-soft)' })] : []),
    ...(lost ? [stroke(stepPath(failed), 'miss', 1.25)] : []),
    stroke(stepPath(places((i) => data.completed[i] ?? 0)), 'data', 2.25),
  );
}

function ticksTo(end: number): number[] {
  const power = 10 ** Math.floor(Math.log10(end / 5));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => end / each <= 6) ?? 10 * power;
  return Array.from({ length: Math.floor(end / step) + 1 }, (_, i) => Number((i * step).toPrecision(6)));
}
