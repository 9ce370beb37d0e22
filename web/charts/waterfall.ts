import { nanosecondsPerMillisecond } from '../../src/core/units.ts';
import type { ScorePolicy } from '../../src/metrics/policy.ts';
import type { Waterfall } from '../../src/plots/figures/waterfall.ts';
import { clock, count, duration, plural } from '../../src/plots/format.ts';
import { px, s, unit } from '../dom.ts';
import type { Drawing, Reading } from './drawing.ts';
import { type LabelPlace, Labels } from './labels.ts';
import { timeStep } from './over-time.ts';
import { freshId } from './pattern.ts';
import { type RowPlace, requestRow, requestWords } from './request-row.ts';
import { linear } from './scales.ts';
import { rectangle } from './shapes.ts';

export function waterfallDrawing(
  policy: ScorePolicy,
  open: (id: number) => void,
): (data: Waterfall, width: number) => Drawing {
  return (data, width) => {
    const area = areaOf(data, width);
    const { svg, back, rows, labels, clip } = layers(area);
    const x = linear(data.from, data.to, area.left, area.right);
    timeAxis(data, x, back, labels, area);
    silenceBands(data, x, back, labels, area, clip);
    const place = (i: number): RowPlace => ({ x, top: area.top + i * area.row, height: area.row, width });
    rows.append(...data.rows.map((request, i) => requestRow(request, policy, place(i))));
    if (area.left > 0) rowNames(data, labels, area);
    rows.addEventListener('click', (event) => {
      const id = (event.target as Element).closest('.row')?.getAttribute('data-id');
      if (id) open(Number(id));
    });
    return { svg, reading: reading(data, area, policy, open) };
  };
}

interface Area {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** Height of one row. */
  readonly row: number;
}

/** Few rows are given room, many are packed; a phone has none for names. */
function areaOf({ rows }: Waterfall, width: number): Area {
  const k = unit();
  const narrow = width < 640 * k;
  const n = Math.max(1, rows.length);
  const row = Math.min(22 * k, Math.max((narrow ? 4.5 : 6.2) * k, (180 * k) / n));
  const top = 40 * k;
  const bottom = top + n * row;
  return {
    width,
    height: Math.round(bottom + 42 * k),
    left: narrow ? 0 : 62 * k,
    right: width - 6 * k,
    top,
    bottom,
    row,
  };
}

function layers({ width, height, left, right }: Area) {
  const clip = freshId('window');
  const window = s('rect', { x: px(left), y: 0, width: px(right - left), height });
  const [back, rows, text] = [s('g'), s('g', { 'clip-path': `url(#${clip})` }), s('g')];
  const svg = s(
    'svg',
    { viewBox: `0 0 ${width} ${height}`, width, height, 'aria-hidden': true },
    s('defs', {}, s('clipPath', { id: clip }, window)),
    back,
    rows,
    text,
    s('g', { class: 'reading' }),
  );
  return { svg, back, rows, labels: new Labels(text, width, height), clip };
}

function reading(
  { rows }: Waterfall,
  { top, row, width }: Area,
  policy: ScorePolicy,
  open: (id: number) => void,
): Reading {
  const frame = { fill: 'none', stroke: 'var(--ink)', 'stroke-width': 1.25 };
  return {
    count: rows.length,
    start: 0,
    rows: true,
    near: (_, y) => Math.floor((y - top) / row),
    open: (index) => {
      const request = rows[index];
      if (request) open(request.id);
    },
    at: (index) => {
      const request = rows[index];
      const up = top + index * row;
      return {
        marks: [rectangle([0, up - 0.5], [width, up + row + 0.5], frame)],
        words: request ? requestWords(request, policy) : [],
      };
    },
  };
}

function timeAxis(
  { from, to }: Waterfall,
  x: (time: number) => number,
  back: SVGGElement,
  labels: Labels,
  { left, right, top, bottom, height }: Area,
): void {
  const k = unit();
  const ms = nanosecondsPerMillisecond;
  const step = timeStep((to - from) / ms, Math.floor((right - left) / (80 * k)));
  for (let time = Math.ceil(from / ms / step) * step; time <= to / ms; time += step) {
    const at = x(time * ms);
    back.append(s('line', { class: 'grid-line', x1: px(at), x2: px(at), y1: px(top), y2: px(bottom) }));
    labels.add({
      text: clock(time),
      kind: 'axis',
      at: [
        [at, bottom + 17 * k, 'middle'],
        [left, bottom + 17 * k, 'start'],
        [right, bottom + 17 * k, 'end'],
      ],
    });
  }
  labels.add({ text: 'Time since the start, min:s →', kind: 'axis', at: [[right, height - 6 * k, 'end']] });
}

function silenceBands(
  { silences, from, to }: Waterfall,
  x: (time: number) => number,
  back: SVGGElement,
  labels: Labels,
  { left, right, top, bottom }: Area,
  clip: string,
): void {
  const k = unit();
  for (const silence of silences) {
    const [start, end] = [x(silence.from), x(silence.to)];
    back.append(
      s('rect', {
        x: px(start),
        y: px(top - 4 * k),
        width: px(Math.max(1, end - start)),
        height: px(bottom - top + 4 * k),
        fill: 'var(--band)',
        'clip-path': `url(#${clip})`,
      }),
    );
    if (silence.from < from || silence.to > to) continue;
    const middle = (start + end) / 2;
    const places: readonly LabelPlace[] = [
      [middle, 13 * k, 'middle'],
      [Math.max(left, start), 13 * k, 'start'],
      [Math.min(right, end), 13 * k, 'end'],
    ];
    const length = duration((silence.to - silence.from) / nanosecondsPerMillisecond);
    const placed = labels.add({
      text: `${length}, ${plural(silence.streams, 'stream')}`,
      kind: 'strong',
      tone: 'miss',
      at: places,
    });
    if (placed === undefined || silence.endedBy === undefined) continue;
    const [besides, , anchor] = placed;
    labels.add({ text: `prompt ${count(silence.endedBy.promptTokens)}`, at: [[besides, 28 * k, anchor]] });
  }
}

function rowNames({ rows, silences }: Waterfall, labels: Labels, { top, row: height }: Area): void {
  const k = unit();
  const causes = new Set(silences.flatMap(({ endedBy }) => endedBy?.id ?? []));
  const name = (i: number, tone?: 'miss'): void => {
    const request = rows[i];
    if (!request) return;
    labels.add({
      text: `#${request.id}`,
      kind: tone ? 'strong' : 'axis',
      ...(tone ? { tone } : {}),
      size: 11.5,
      at: [[0, top + i * height + height / 2 + 4 * k, 'start']],
    });
  };
  rows.forEach((request, i) => {
    if (causes.has(request.id)) name(i, 'miss');
  });
  rows.forEach((_, i) => {
    if (i % Math.max(1, Math.ceil((16 * k) / height)) === 0) name(i);
  });
}
