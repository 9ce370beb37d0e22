import type { OverTime, Window } from '../../src/plots/figures/over-time.ts';
import { clock, count, duration } from '../../src/plots/format.ts';
import { niceStep } from '../../src/plots/order.ts';
import { strong } from '../../src/plots/words.ts';
import { px, s, unit } from '../dom.ts';
import type { Drawing, Reading } from './drawing.ts';
import { Labels } from './labels.ts';
import { drawErrors, drawFirstTokens, drawFluid, drawLoad, drawStreams, type Lane } from './lanes.ts';
import { textWidth } from './measure.ts';
import { linear } from './scales.ts';

interface LaneDefinition {
  readonly title: string;
  readonly subtitle: readonly string[];
  readonly height: number;
  draw(lane: Lane, data: OverTime): void;
}

const lanesOf = (data: OverTime): readonly LaneDefinition[] => [
  { title: 'Load', subtitle: ['requests/s: due (line), sent (bars)'], height: 62, draw: drawLoad },
  { title: 'Open streams', subtitle: ['red: past a deadline'], height: 96, draw: drawStreams },
  {
    title: 'Time to first token',
    subtitle: ['median and slowest', 'in each window; × late'],
    height: 84,
    draw: drawFirstTokens,
  },
  { title: 'Fluid answers', subtitle: ['share in each window'], height: 70, draw: drawFluid },
  {
    title: 'Failures',
    subtitle: [
      data.failures.length === 0
        ? 'none'
        : `${count(data.failures.reduce((sum, each) => sum + each.count, 0))} in the run`,
    ],
    height: Math.max(1, data.failures.length) * 20 + 10,
    draw: drawErrors,
  },
];

/** Lanes share one time axis and one reading point: that is how causes are found. */
export function drawOverTime(data: OverTime, width: number): Drawing {
  const k = unit();
  const narrow = width < 640 * k;
  const definitions = lanesOf(data);
  const left = (narrow ? 50 : 206) * k;
  const right = width - 10 * k;
  const gap = (narrow ? 48 : 28) * k;
  const start = (narrow ? 34 : 16) * k;
  const tops: number[] = [];
  let bottom = start;
  for (const { height } of definitions) {
    tops.push(bottom);
    bottom += height * k + gap;
  }
  bottom -= gap;
  const height = Math.round(bottom + 42 * k);
  const svg = s('svg', { viewBox: `0 0 ${width} ${height}`, width, height, 'aria-hidden': true });
  const [back, marks, text] = [s('g'), s('g'), s('g')];
  svg.append(back, marks, text, s('g', { class: 'reading' }));
  const labels = new Labels(text, width, height);
  const x = linear(0, data.end_ms, left, right);
  timeAxis({ back, labels, x, data, left, right, top: start - 8 * k, bottom, height });
  definitions.forEach((definition, i) => {
    const top = tops[i] ?? 0;
    const lane: Lane = { x, top, bottom: top + definition.height * k, left, right, narrow, marks, back, labels };
    laneTitle(lane, definition);
    definition.draw(lane, data);
  });
  return { svg, reading: reading(data, x, start - 8 * k, bottom) };
}

function laneTitle({ labels, top, narrow }: Lane, { title, subtitle }: LaneDefinition): void {
  const k = unit();
  if (narrow) {
    labels.add({ text: title, kind: 'strong', size: 13, at: [[0, top - 16 * k, 'start']] });
    const after = textWidth(`${title}  `, 13, 620);
    labels.add({ text: subtitle.join(' '), kind: 'axis', at: [[after + 4, top - 16 * k, 'start']] });
    return;
  }
  labels.add({ text: title, kind: 'strong', size: 14, at: [[0, top + 11 * k, 'start']] });
  const lines = subtitle.flatMap((line) =>
    line.length > 24 ? line.split(': ').map((part, i, all) => (i < all.length - 1 ? `${part}:` : part)) : [line],
  );
  for (const [i, line] of lines.entries()) {
    labels.add({ text: line, kind: 'axis', at: [[0, top + (28 + 16 * i) * k, 'start']] });
  }
}

interface AxisParts {
  readonly back: SVGGElement;
  readonly labels: Labels;
  readonly x: (ms: number) => number;
  readonly data: OverTime;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly height: number;
}

function timeAxis({ back, labels, x, data, left, right, top, bottom, height }: AxisParts): void {
  const k = unit();
  const shade = (from: number, to: number, name: string): void => {
    if (to - from < data.end_ms / 1000) return;
    back.append(
      s('rect', {
        x: px(x(from)),
        y: px(top),
        width: px(x(to) - x(from)),
        height: px(bottom - top),
        fill: 'var(--wash)',
      }),
    );
    if (x(to) - x(from) > textWidth(name, 11) + 8) {
      labels.add({ text: name, kind: 'axis', size: 11, at: [[x(from) + 4 * k, top + 11 * k, 'start']] });
    }
  };
  shade(0, Math.min(data.measureFrom_ms, data.end_ms), 'warm-up');
  shade(Math.min(data.measureTo_ms, data.end_ms), data.end_ms, 'drain');
  const step = timeStep(data.end_ms, Math.floor((right - left) / (70 * k)));
  for (let ms = 0; ms <= data.end_ms; ms += step) {
    back.append(s('line', { class: 'grid-line', x1: px(x(ms)), x2: px(x(ms)), y1: px(top), y2: px(bottom) }));
    labels.add({
      text: clock(ms),
      kind: 'axis',
      at: [
        [x(ms), bottom + 17 * k, 'middle'],
        [right, bottom + 17 * k, 'end'],
      ],
    });
  }
  labels.add({ text: 'Time since the start, min:s →', kind: 'axis', at: [[right, height - 6 * k, 'end']] });
}

/** Whole seconds, and from a minute on parts of a minute. */
export function timeStep(length_ms: number, most: number): number {
  const rough = length_ms / Math.max(2, most);
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600].map((seconds) => seconds * 1000);
  return steps.find((step) => step >= rough) ?? niceStep(length_ms, Math.max(2, most));
}

function reading(data: OverTime, x: ReturnType<typeof linear>, top: number, bottom: number): Reading {
  const { windows, window_ms, streams } = data;
  return {
    count: windows.length,
    start: Math.min(windows.length - 1, Math.floor((streams.worst?.at_ms ?? 0) / window_ms)),
    near: (position) => Math.floor(x.invert(position) / window_ms),
    at: (index) => {
      const window = windows[index];
      const from = index * window_ms;
      const to = Math.min(from + window_ms, data.end_ms);
      const stalled = Math.max(
        0,
        ...streams.stalled.slice(Math.floor(from / streams.step_ms), Math.ceil(to / streams.step_ms)),
      );
      return {
        marks: [
          s('rect', {
            x: px(x(from)),
            y: px(top),
            width: px(x(to) - x(from)),
            height: px(bottom - top),
            fill: 'var(--ink)',
            opacity: 0.08,
          }),
        ],
        words: [
          strong(`${clock(from)} to ${clock(to)}`),
          window ? `: ${windowText(window)}, at most ${count(stalled)} stalled at once` : '',
        ],
      };
    },
  };
}

const windowText = ({ due, fluid, ttft50, ttftMax, failed }: Window): string =>
  [
    `${count(due)} due`,
    `${count(fluid)} fluid`,
    failed > 0 ? `${count(failed)} failed` : '',
    ttft50 === undefined ? 'no first token' : `median first token ${duration(ttft50)}, slowest ${duration(ttftMax)}`,
  ]
    .filter((part) => part !== '')
    .join(', ');
