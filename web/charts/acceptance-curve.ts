import type { AcceptanceCurveData } from '../../src/plots/figures/acceptance-curve.ts';
import { chosen, chosenShare, duration, number, points, share } from '../../src/plots/format.ts';
import { strong } from '../../src/plots/words.ts';
import { px, s, unit } from '../dom.ts';
import type { Drawing, Reading } from './drawing.ts';
import { reservePath } from './labels.ts';
import { bandPath, type Place, point, stepCorners, stepPath, stroke } from './shapes.ts';
import { crosshair, type StatisticalChart, statisticalChart } from './statistical.ts';

export function drawAcceptanceCurve(data: AcceptanceCurveData, width: number): Drawing {
  const domain = interesting(data);
  const chart = statisticalChart({
    width,
    x: {
      type: 'log',
      domain,
      format: (value) => number(value).replace(/\.0+$/, ''),
      second: (value) => number(1000 / value).replace(/\.0+$/, ''),
      title: 'Decode deadline per token, ms (below: tokens/s)',
    },
    y: {
      type: 'linear',
      domain: [0, 1],
      ticks: [0, 0.25, 0.5, 0.75, 1],
      format: (value) => `${value * 100}%`,
      title: 'Share of requests that are fluid',
    },
  });
  curves(chart, data, domain);
  annotate(chart, data);
  return { svg: chart.svg, reading: reading(chart, data, domain) };
}

function curves({ marks, x, y }: StatisticalChart, data: AcceptanceCurveData, [from, to]: [number, number]): void {
  const places = (values: readonly number[]): Place[] => {
    const inside = data.deadline_ms.flatMap((deadline, i): Place[] =>
      deadline >= from && deadline <= to ? [[deadline, values[i] ?? 0]] : [],
    );
    const before = data.deadline_ms.findLastIndex((deadline) => deadline < from);
    const start: Place = [from, before < 0 ? 0 : (values[before] ?? 0)];
    return [start, ...inside, [to, inside.at(-1)?.[1] ?? start[1]] as const].map(([at, up]) => [x(at), y(up)]);
  };
  const band = bandPath(stepCorners(places(data.high)), stepCorners(places(data.low)));
  marks.append(
    s('path', { d: band, fill: 'var(--data-soft)' }),
    stroke(stepPath(places(data.tail)), 'data-2', 1.25),
    stroke(stepPath(places(data.share)), 'data', 2.25),
  );
}

/** The line of the share, as far as it is known. */
const shareCurve = (data: AcceptanceCurveData, { x, y }: Pick<StatisticalChart, 'x' | 'y'>): Place[] =>
  data.deadline_ms.map((deadline, i): Place => [x(deadline), y(data.share[i] ?? 0)]);

/** From where the first requests pass to where nothing changes any more, the run's own deadline inside. */
function interesting({
  deadline_ms,
  share: passing,
  decodeDeadline_ms: own,
  reached_ms,
}: AcceptanceCurveData): [number, number] {
  const last = passing.at(-1) ?? 0;
  const first = deadline_ms[passing.findIndex((value) => value > 0)] ?? own;
  const settled = deadline_ms[passing.findIndex((value) => value >= last)] ?? own;
  const from = Math.max(0.5, Math.min(first / 1.5, own / 2));
  const to = Math.max(settled * 1.5, own * 2, (reached_ms ?? own) * 1.3, from * 8);
  return [from, to];
}

function annotate({ layer, labels, frame, x, y }: StatisticalChart, data: AcceptanceCurveData): void {
  const k = unit();
  const [tx, ty, hy] = [x(data.decodeDeadline_ms), y(data.target), y(data.here)];
  const gap = data.target - data.here;
  const tone = gap > 0 ? 'miss' : 'met';
  layer.append(
    s('path', {
      class: 'target',
      d: `M${px(frame.left)},${px(ty)}H${px(frame.right)}M${px(tx)},${px(frame.bottom)}V${px(ty)}`,
    }),
    s('circle', { cx: px(tx), cy: px(ty), r: 5, fill: 'var(--paper)', stroke: 'var(--ink)', 'stroke-width': 1.75 }),
    point(tx, hy, tone),
  );
  labels.reserve(tx - 2, ty, tx + 2, frame.bottom);
  reservePath(labels, stepCorners(shareCurve(data, { x, y })));
  const low = Math.min(Math.max(hy, ty + 14 * k), frame.bottom - 42 * k);
  const heights = [0, 45, 90, 135].map((down) => Math.min(low + down * k, frame.bottom - 42 * k));
  const [right, left] = [tx + 12 * k, tx - 12 * k];
  const place = labels.add({
    text: `${share(data.here)} at ${chosen(data.decodeDeadline_ms)}`,
    kind: 'strong',
    tone,
    size: 14,
    at: heights.flatMap((height) => [
      [right, height + 18 * k, 'start'] as const,
      [left, height + 18 * k, 'end'] as const,
    ]),
  });
  if (gap > 0 && place) {
    const [beside, height, anchor] = place;
    labels.add({ text: `${points(gap)} short`, at: [[beside, height + 17 * k, anchor]] });
  }
  labels.add({
    text: `target ${chosenShare(data.target)}`,
    at: [
      [frame.left + 8 * k, ty + 16 * k, 'start'],
      [frame.right, ty + 16 * k, 'end'],
    ],
  });
  tailLabel({ labels, x, y }, data);
}

/** Under the thin line, where it is alone. */
function tailLabel({ labels, x, y }: Pick<StatisticalChart, 'labels' | 'x' | 'y'>, data: AcceptanceCurveData): void {
  const k = unit();
  const places = [0.8, 0.65, 0.5, 0.35].flatMap((level) => {
    const deadline = data.deadline_ms[data.tail.findIndex((value) => value >= level)];
    return deadline === undefined ? [] : [[x(deadline) + 8 * k, y(level) + 18 * k, 'start'] as const];
  });
  labels.add({ text: '1 − P99 miss rate', kind: 'axis', at: places });
}

function reading({ frame, x, y }: StatisticalChart, data: AcceptanceCurveData, [from, to]: [number, number]): Reading {
  const count = 121;
  const valueAt = (index: number): number => from * (to / from) ** (index / (count - 1));
  const place = (value: number): number => Math.round((Math.log(value / from) / Math.log(to / from)) * (count - 1));
  return {
    count,
    start: place(data.decodeDeadline_ms),
    near: (position) => place(Math.max(from, Math.min(to, x.invert(position)))),
    at: (index) => {
      const value = valueAt(index);
      const i = data.deadline_ms.findLastIndex((deadline) => deadline <= value * (1 + 1e-9));
      const [passing, tail] = [data.share[i] ?? 0, data.tail[i] ?? 0];
      return {
        marks: crosshair(x(value), frame, [
          [y(tail), 'data-2'],
          [y(passing), 'data'],
        ]),
        words: [
          'With ',
          strong(duration(value)),
          ` per token (${number(1000 / value)} tokens/s), `,
          strong(share(passing)),
          ` of requests are fluid; 1 − P99 of the miss rate is ${share(tail)}`,
        ],
      };
    },
  };
}
