import type { FluidityDistribution } from '../../src/plots/figures/fluidity-distribution.ts';
import { count, share } from '../../src/plots/format.ts';
import { strong } from '../../src/plots/words.ts';
import { px, s, unit } from '../dom.ts';
import type { Drawing, Reading } from './drawing.ts';
import { freshId, hatch } from './pattern.ts';
import { bandPath, linePath, type Place, point, stepCorners, stroke } from './shapes.ts';
import { crosshair, type StatisticalChart, statisticalChart } from './statistical.ts';

/** How much of the share axis is shown: all of it, unless the curve and its band fill little of it up to the limit. */
const zooms = [0.1, 0.2, 0.4, 1] as const;

export function drawFluidityDistribution(data: FluidityDistribution, width: number): Drawing {
  const top = zooms.find((zoom) => Math.max(data.short * 1.6, (data.short + data.band) * 1.1) < zoom) ?? 1;
  const chart = statisticalChart({
    width,
    x: { type: 'linear', domain: [0, 1], ticks: [0, 0.2, 0.4, 0.6, 0.8, 1], format: tenths, title: 'Fluidity-index' },
    y: {
      type: 'linear',
      domain: [0, top],
      ticks: [0, 0.25, 0.5, 0.75, 1].map((part) => part * top),
      format: (value) => `${Number((value * 100).toFixed(1))}%`,
      title: 'Share of requests',
    },
  });
  curve(chart, data, top);
  annotate(chart, data, top);
  return { svg: chart.svg, reading: reading(chart, data, top) };
}

const tenths = (value: number): string => (value === 0 ? '0' : value.toFixed(1));

function curve({ marks, x, y }: StatisticalChart, data: FluidityDistribution, top: number): void {
  const steps: Place[] = stepCorners([[0, 0], ...data.points, [1, 1]]);
  const moved = (by: number): Place[] => steps.map(([at, up]) => [x(at), y(Math.max(0, Math.min(top, up + by)))]);
  const below = steps.filter(([at]) => at < data.fluidFrom);
  const edge: Place[] = [...below, [data.fluidFrom, below.at(-1)?.[1] ?? 0]];
  const short = edge.map(([at, up]): Place => [x(at), y(Math.min(top, up))]);
  const id = freshId('short');
  marks.append(
    s('defs', {}, hatch(id)),
    s('path', { d: bandPath(moved(data.band), moved(-data.band)), fill: 'var(--data-soft)', opacity: 0.75 }),
    s('path', {
      d: bandPath(short, [
        [x(0), y(0)],
        [x(data.fluidFrom), y(0)],
      ]),
      fill: `url(#${id})`,
      opacity: 0.55,
    }),
    stroke(linePath(moved(0)), 'data', 2.25),
  );
}

function annotate({ layer, labels, frame, x, y }: StatisticalChart, data: FluidityDistribution, top: number): void {
  const k = unit();
  const threshold = x(data.fluidFrom);
  const at = y(Math.min(top, data.short));
  const tone = data.short > 0 ? 'miss' : 'met';
  layer.append(
    s('line', { class: 'target', x1: px(threshold), x2: px(threshold), y1: px(frame.top), y2: px(frame.bottom) }),
    point(threshold, at, tone),
  );
  labels.add({ text: `fluid from ${tenths(data.fluidFrom)}`, at: [[threshold - 8 * k, frame.top + 10 * k, 'end']] });
  labels.add({
    text: data.short > 0 ? `${share(data.short)} not fluid` : 'none below',
    kind: 'strong',
    tone,
    size: 14,
    at: [
      [threshold - 12 * k, at - 10 * k, 'end'],
      [threshold - 12 * k, at + 20 * k, 'end'],
      [threshold - 12 * k, (frame.top + frame.bottom) / 2, 'end'],
    ],
  });
}

function reading({ frame, x, y }: StatisticalChart, data: FluidityDistribution, top: number): Reading {
  return {
    count: 101,
    start: Math.round(data.fluidFrom * 100),
    near: (position) => Math.round(x.invert(position) * 100),
    at: (index) => {
      const value = index / 100;
      const up = data.points.findLast(([at]) => at <= value + 1e-9)?.[1] ?? 0;
      return {
        marks: crosshair(x(value), frame, [[y(Math.min(top, up)), 'data']]),
        words: [
          strong(share(up)),
          ` of requests have a fluidity of ${value.toFixed(2)} or less (${count(Math.round(up * data.n))} of ${count(data.n)})`,
        ],
      };
    },
  };
}
