import type { ChunkSizes } from '../../src/plots/figures/chunk-sizes.ts';
import { share } from '../../src/plots/format.ts';
import { strong } from '../../src/plots/words.ts';
import { unit } from '../dom.ts';
import type { Drawing, Reading } from './drawing.ts';
import { rectangle } from './shapes.ts';
import { type StatisticalChart, statisticalChart } from './statistical.ts';

export function drawChunkSizes(data: ChunkSizes, width: number): Drawing {
  const largest = Math.max(4, ...data.bars.map(([tokens]) => tokens));
  const most = Math.max(...data.bars.map(([, each]) => each));
  const name = (tokens: number): string => `${tokens}${data.open && tokens === largest ? '+' : ''}`;
  const chart = statisticalChart({
    width,
    height: 240,
    x: {
      type: 'linear',
      domain: [0.4, largest + 0.6],
      ticks: Array.from({ length: largest }, (_, i) => i + 1),
      format: name,
      title: 'Tokens in a chunk',
    },
    y: {
      type: 'linear',
      domain: [0, most * 1.15],
      ticks: [0, 0.25, 0.5, 0.75, 1].filter((tick) => tick <= most * 1.15 && (most < 0.6 || tick !== 0.25)),
      format: (value) => `${value * 100}%`,
      title: 'Share of chunks',
    },
  });
  draw(chart, data);
  return { svg: chart.svg, reading: reading(chart, data, name) };
}

function draw({ marks, labels, x, y }: StatisticalChart, { bars }: ChunkSizes): void {
  for (const [tokens, each] of bars) {
    marks.append(rectangle([x(tokens - 0.32), y(each)], [x(tokens + 0.32), y(0)], { fill: 'var(--data)' }));
    labels.add({ text: share(each), kind: 'strong', at: [[x(tokens), y(each) - 6 * unit(), 'middle']] });
  }
}

function reading({ frame, x }: StatisticalChart, data: ChunkSizes, name: (tokens: number) => string): Reading {
  return {
    count: data.bars.length,
    start: 0,
    near: (position) => nearest(data, x.invert(position)),
    at: (index) => {
      const [tokens, each] = data.bars[index] ?? [1, 0];
      const shade = { fill: 'var(--ink)', opacity: 0.08 };
      return {
        marks: [rectangle([x(tokens - 0.4), frame.top], [x(tokens + 0.4), frame.bottom], shade)],
        words: [strong(share(each)), ` of chunks hold ${name(tokens)} ${tokens === 1 ? 'token' : 'tokens'}`],
      };
    },
  };
}

function nearest({ bars }: ChunkSizes, value: number): number {
  let best = 0;
  bars.forEach(([tokens], i) => {
    if (Math.abs(tokens - value) < Math.abs((bars[best]?.[0] ?? 0) - value)) best = i;
  });
  return best;
}
