import { areaY, lineY } from '@observablehq/plot';
import type { FluidityDistribution } from '../../src/plots/figures/fluidity-distribution.ts';
import { count, share } from '../../src/plots/format.ts';
import { strong } from '../../src/plots/words.ts';
import { px, s, unit } from '../dom.ts';
import type { Drawing, Reading } from './drawing.ts';
import { freshId, hatch } from './pattern.ts';
import { crosshair, type StatisticalChart, statisticalChart } from './statistical.ts';

/** How much of the share axis is shown: all of it, unless the curve fills under a tenth of it. */
const zooms = [0.1, 0.2, 0.4, 1] as const;

export function drawFluidityDistribution(data: FluidityDistribution, width: number): Drawing {
  const top = zooms.find((zoom) => data.short * 1.6 < zoom) ?? 1;
  const steps = [{ x: 0, y: 0 }, ...data.points.map(([x, y]) => ({ x, y })), { x: 1, y: 1 }];
  const clipped = (value: number): number => Math.max(0, Math.min(top, value));
  const id = freshId('short');
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
    marks: [
      areaY(steps, {
        x: 'x',
        y1: ({ y }: Step) => clipped(y - data.band),
        y2: ({ y }: Step) => clipped(y + data.band),
        curve: 'step-after',
        fill: 'var(--data-soft)',
        fillOpacity: 0.75,
      }),
      areaY(upTo(steps, data.fluidFrom), {
        x: 'x',
        y: ({ y }: Step) => clipped(y),
        curve: 'step-after',
        fill: `url(#${id})`,
        fillOpacity: 0.55,
      }),
      lineY(steps, {
        x: 'x',
        y: ({ y }: Step) => clipped(y),
        curve: 'step-after',
        stroke: 'var(--data)',
        strokeWidth: 2.25,
      }),
    ],
  });
  chart.svg.prepend(s('defs', {}, hatch(id)));
  annotate(chart, data, top);
  return { svg: chart.svg, reading: reading(chart, data, clipped) };
}

interface Step {
  readonly x: number;
  readonly y: number;
}

const tenths = (value: number): string => (value === 0 ? '0' : value.toFixed(1));

const upTo = (steps: readonly Step[], x: number): Step[] => {
  const before = steps.filter((step) => step.x < x);
  return [...before, { x, y: before.at(-1)?.y ?? 0 }];
};

function annotate({ layer, labels, frame, x, y }: StatisticalChart, data: FluidityDistribution, top: number): void {
  const k = unit();
  const threshold = x(data.fluidFrom);
  const at = y(Math.min(top, data.short));
  layer.append(
    s('line', { class: 'target', x1: px(threshold), x2: px(threshold), y1: frame.top, y2: frame.bottom }),
    s('circle', {
      cx: px(threshold),
      cy: px(at),
      r: 4.5,
      fill: `var(--${data.short > 0 ? 'miss' : 'met'})`,
      stroke: 'var(--paper)',
      'stroke-width': 1.5,
    }),
  );
  const text = data.short > 0 ? `${share(data.short)} not fluid` : 'none below';
  labels.add({
    text: `fluid from ${tenths(data.fluidFrom)}`,
    at: [[threshold - 8 * k, frame.top + 10 * k, 'end']],
  });
  labels.add({
    text,
    kind: 'strong',
    tone: data.short > 0 ? 'miss' : 'met',
    size: 14,
    at: [
      [threshold - 12 * k, at - 10 * k, 'end'],
      [threshold - 12 * k, at + 20 * k, 'end'],
      [threshold - 12 * k, (frame.top + frame.bottom) / 2, 'end'],
    ],
  });
}

function reading(
  { frame, x, y, xInverse }: StatisticalChart,
  data: FluidityDistribution,
  clipped: (v: number) => number,
): Reading {
  const shareAt = (value: number): number => {
    let found = 0;
    for (const [at, up] of data.points) if (at <= value + 1e-9) found = up;
    return found;
  };
  return {
    count: 101,
    start: Math.round(data.fluidFrom * 100),
    near: (position) => Math.round(xInverse(position) * 100),
    at: (index) => {
      const value = index / 100;
      const up = shareAt(value);
      return {
        marks: crosshair(x(value), frame, [[y(clipped(up)), 'data']]),
        words: [
          strong(share(up)),
          ` of requests have a fluidity of ${value.toFixed(2)} or less (${count(Math.round(up * data.n))} of ${count(data.n)})`,
        ],
      };
    },
  };
}
