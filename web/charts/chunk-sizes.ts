import type { ChunkSizes } from '../../src/plots/figures/chunk-sizes.ts';
import { share } from '../../src/plots/format.ts';
import { strong } from '../../src/plots/words.ts';
import { px, s, unit } from '../dom.ts';
import type { Drawing } from './drawing.ts';
import { rectangle } from './shapes.ts';
import { statisticalChart } from './statistical.ts';

export function drawChunkSizes(data: ChunkSizes, width: number): Drawing {
  const k = unit();
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
  for (const [tokens, each] of data.bars) {
    const [left, right] = [chart.x(tokens - 0.32), chart.x(tokens + 0.32)];
    chart.marks.append(rectangle([left, chart.y(each)], [right, chart.y(0)], { fill: 'var(--data)' }));
  }
  for (const [tokens, each] of data.bars) {
    const top = chart.y(each);
    chart.labels.add({
      text: share(each),
      kind: 'strong',
      at: [[chart.x(tokens), top - 6 * k, 'middle']],
      size: 12,
    });
  }
  return {
    svg: chart.svg,
    reading: {
      count: data.bars.length,
      start: 0,
      near: (position) => nearest(data, chart.x.invert(position)),
      at: (index) => {
        const [tokens, each] = data.bars[index] ?? [1, 0];
        const [left, right] = [chart.x(tokens - 0.4), chart.x(tokens + 0.4)];
        return {
          marks: [
            s('rect', {
              x: px(left),
              y: chart.frame.top,
              width: px(right - left),
              height: chart.frame.bottom - chart.frame.top,
              fill: 'var(--ink)',
              opacity: 0.08,
            }),
          ],
          words: [strong(share(each)), ` of chunks hold ${name(tokens)} ${tokens === 1 ? 'token' : 'tokens'}`],
        };
      },
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
