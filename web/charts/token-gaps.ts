import type { TokenGaps } from '../../src/plots/figures/token-gaps.ts';
import { chosen, duration, share } from '../../src/plots/format.ts';
import { strong } from '../../src/plots/words.ts';
import { px, s, unit } from '../dom.ts';
import type { Drawing, Reading } from './drawing.ts';
import { type Place, rectangle } from './shapes.ts';
import { type StatisticalChart, statisticalChart } from './statistical.ts';

interface Bar {
  readonly from: number;
  readonly to: number;
  readonly gaps: number;
  readonly waiting: number;
  readonly long: boolean;
}

export function drawTokenGaps(data: TokenGaps, width: number): Drawing {
  const bars = barsOf(data);
  const from = data.from_ms;
  const to = from * data.ratio ** data.gaps.length;
  const most = Math.max(data.together, ...data.gaps, ...data.waiting);
  const top = Math.ceil(most * 10 + 0.2) / 10;
  const half = top > 0.5 ? 0.5 : top > 0.25 ? 0.25 : 0.1;
  const chart = statisticalChart({
    width,
    left: 46 + 34,
    beside: 34,
    x: { type: 'log', domain: [from, to], format: tick, title: 'Time between tokens' },
    y: {
      type: 'linear',
      domain: [-top, top],
      ticks: [-half, 0, half],
      format: (value) => (value === 0 ? '0' : `${Math.abs(value) * 100}%`),
      title: 'Share of gaps',
    },
  });
  draw(chart, bars);
  annotate(chart, data, bars);
  return { svg: chart.svg, reading: reading(chart, data, bars) };
}

/** Counts upwards, waiting downwards, from one line. */
function draw({ marks, x, y }: StatisticalChart, bars: readonly Bar[]): void {
  const zero = y(0);
  for (const { from, to, gaps, waiting, long } of bars) {
    const fill = `var(--${long ? 'miss' : 'data'})`;
    const [left, right] = [x(from) + 0.5, x(to) - 0.5];
    const up: Place = [left, Math.min(zero - 1, y(gaps))];
    if (gaps > 0) marks.append(rectangle(up, [right, zero], { fill }));
    if (waiting > 0.0002) {
      marks.append(
        rectangle([left, zero], [right, Math.max(zero + 1, y(-waiting))], { fill, opacity: long ? 1 : 0.55 }),
      );
    }
  }
}

const tick = (ms: number): string => (ms >= 1000 ? `${ms / 1000}\u202fs` : `${ms}\u202fms`);

const barsOf = ({ from_ms, ratio, gaps, waiting, pause_ms }: TokenGaps): Bar[] =>
  gaps.map((each, i) => {
    const [from, to] = [from_ms * ratio ** i, from_ms * ratio ** (i + 1)];
    return { from, to, gaps: each, waiting: waiting[i] ?? 0, long: Math.sqrt(from * to) > pause_ms };
  });

function annotate(chart: StatisticalChart, data: TokenGaps, bars: readonly Bar[]): void {
  const { layer, labels, frame, x, y } = chart;
  const k = unit();
  const zero = y(0);
  const bin = frame.left - 20 * k;
  layer.append(
    s('line', { class: 'base-line', x1: px(bin - 8 * k), x2: px(frame.right), y1: px(zero), y2: px(zero) }),
    s('rect', {
      x: px(bin - 5 * k),
      y: px(Math.min(zero - 1, y(data.together))),
      width: px(10 * k),
      height: px(Math.max(1, zero - y(data.together))),
      fill: 'none',
      stroke: 'var(--data)',
      'stroke-width': 1.25,
    }),
    s('line', {
      class: 'target',
      x1: px(x(data.decodeDeadline_ms)),
      x2: px(x(data.decodeDeadline_ms)),
      y1: frame.top,
      y2: frame.bottom,
    }),
  );
  labels.add({ text: '0', kind: 'axis', at: [[bin, frame.bottom + 17 * k, 'middle']] });
  labels.add({ text: 'Share of waiting ↓', kind: 'axis', at: [[0, frame.height - 4 * k, 'start']] });
  labels.add({
    text: `deadline ${chosen(data.decodeDeadline_ms)}`,
    at: [
      [x(data.decodeDeadline_ms) + 6 * k, frame.top + 10 * k, 'start'],
      [x(data.decodeDeadline_ms) - 6 * k, frame.top + 10 * k, 'end'],
    ],
  });
  if (data.pauseWaiting > 0) {
    const down = zero + (frame.bottom - zero) * 0.62;
    labels.add({
      text: `${share(data.pauseWaiting)} of the waiting`,
      kind: 'strong',
      tone: 'miss',
      size: 14,
      at: [[frame.right, down, 'end']],
    });
    labels.add({ text: `is in pauses over ${chosen(data.pause_ms)}`, at: [[frame.right, down + 17 * k, 'end']] });
  }
  percentileMarks(chart, data, bars);
}

/** Each above the bars around it, with a tick down to its place. */
function percentileMarks({ layer, labels, x, y }: StatisticalChart, { marks }: TokenGaps, bars: readonly Bar[]): void {
  const k = unit();
  for (const [label, ms] of marks) {
    const left = x(ms);
    const around = bars.filter(({ from, to }) => x(to) > left - 56 * k && x(from) < left + 56 * k);
    const top = y(Math.max(0, ...around.map(({ gaps }) => gaps)));
    const text = `${label} ${duration(ms)}`;
    const up = [7, 23, 39].find((rise) =>
      labels.add({
        text,
        at: [
          [left, top - rise * k, 'middle'],
          [left, top - rise * k, 'end'],
        ],
      }),
    );
    if (up === undefined) continue;
    const own = bars.find(({ from, to }) => ms >= from && ms < to);
    layer.append(
      s('line', {
        x1: px(left),
        x2: px(left),
        y1: px(top - (up - 4) * k),
        y2: px(y(own?.gaps ?? 0)),
        stroke: 'var(--ink)',
        'stroke-width': 1.25,
      }),
    );
  }
}

function reading({ frame, x }: StatisticalChart, data: TokenGaps, bars: readonly Bar[]): Reading {
  return {
    count: bars.length,
    start: Math.max(
      0,
      bars.findIndex(({ gaps }) => gaps === Math.max(...data.gaps)),
    ),
    near: (position) => Math.floor(Math.log(x.invert(position) / data.from_ms) / Math.log(data.ratio)),
    at: (index) => {
      const bar = bars[index] ?? { from: 1, to: 2, gaps: 0, waiting: 0 };
      return {
        marks: [
          s('rect', {
            x: px(x(bar.from)),
            y: frame.top,
            width: px(x(bar.to) - x(bar.from)),
            height: frame.bottom - frame.top,
            fill: 'var(--ink)',
            opacity: 0.1,
          }),
        ],
        words: [
          'Gaps of ',
          strong(`${duration(bar.from)} to ${duration(bar.to)}`),
          bar.gaps > 0 ? `: ${share(bar.gaps)} of gaps, ${share(bar.waiting)} of the waiting` : ': none',
        ],
      };
    },
  };
}
