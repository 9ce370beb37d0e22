import { nanosecondsPerMillisecond } from '../../src/core/units.ts';
import type { ScorePolicy } from '../../src/metrics/policy.ts';
import type { Waterfall } from '../../src/plots/figures/waterfall.ts';
import { clock, count, duration, plural } from '../../src/plots/format.ts';
import type { ScoredRequest } from '../../src/plots/scored-request.ts';
import { longest, stallsOf, waitOf } from '../../src/plots/stalls.ts';
import { strong, type Words } from '../../src/plots/words.ts';
import { px, s, unit } from '../dom.ts';
import type { Drawing } from './drawing.ts';
import { type LabelPlace, Labels } from './labels.ts';
import { timeStep } from './over-time.ts';
import { freshId } from './pattern.ts';
import { linear } from './scales.ts';

/** A pause this many decode deadlines long leaves a pale gap in the bar. */
const visiblePause = 4;

export function waterfallDrawing(
  policy: ScorePolicy,
  open: (id: number) => void,
): (data: Waterfall, width: number) => Drawing {
  return (data, width) => {
    const k = unit();
    const narrow = width < 640 * k;
    const frame = {
      left: narrow ? 0 : 62 * k,
      right: width - 6 * k,
      top: 40 * k,
      row: Math.min(22 * k, Math.max((narrow ? 4.5 : 6.2) * k, (180 * k) / Math.max(1, data.rows.length))),
    };
    const bottom = frame.top + Math.max(1, data.rows.length) * frame.row;
    const height = Math.round(bottom + 42 * k);
    const svg = s('svg', { viewBox: `0 0 ${width} ${height}`, width, height, 'aria-hidden': true });
    const clip = freshId('window');
    const x = linear(data.from, data.to, frame.left, frame.right);
    const [back, rows, text] = [s('g'), s('g', { 'clip-path': `url(#${clip})` }), s('g')];
    svg.append(
      s(
        'defs',
        {},
        s(
          'clipPath',
          { id: clip },
          s('rect', { x: px(frame.left), y: 0, width: px(frame.right - frame.left), height }),
        ),
      ),
      back,
      rows,
      text,
      s('g', { class: 'reading' }),
    );
    const labels = new Labels(text, width, height);
    timeAxis(data, x, back, labels, { ...frame, bottom, height });
    silenceBands(data, x, back, labels, { ...frame, bottom }, clip);
    rows.append(...data.rows.map((request, i) => row(request, policy, x, frame.top + i * frame.row, frame.row, width)));
    if (!narrow) rowNames(data, labels, frame);
    rows.addEventListener('click', (event) => {
      const id = (event.target as Element).closest('.row')?.getAttribute('data-id');
      if (id) open(Number(id));
    });
    return {
      svg,
      reading: {
        count: data.rows.length,
        start: 0,
        rows: true,
        near: (_, y) => Math.floor((y - frame.top) / frame.row),
        open: (index) => {
          const request = data.rows[index];
          if (request) open(request.id);
        },
        at: (index) => {
          const request = data.rows[index];
          return {
            marks: [
              s('rect', {
                x: 0,
                y: px(frame.top + index * frame.row - 0.5),
                width,
                height: px(frame.row + 1),
                fill: 'none',
                stroke: 'var(--ink)',
                'stroke-width': 1.25,
              }),
            ],
            words: request ? describe(request, policy) : [],
          };
        },
      },
    };
  };
}

interface Area {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

function timeAxis(
  { from, to }: Waterfall,
  x: (time: number) => number,
  back: SVGGElement,
  labels: Labels,
  { left, right, top, bottom, height }: Area & { readonly height: number },
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

function row(
  request: ScoredRequest,
  policy: ScorePolicy,
  x: (time: number) => number,
  top: number,
  height: number,
  width: number,
): SVGGElement {
  const middle = px(top + height / 2);
  const at = (time: number): string => px(x(request.origin + time));
  const group = s(
    'g',
    { class: 'row', 'data-id': request.id },
    s('rect', { class: 'hit', x: 0, y: px(top), width, height: px(height), fill: 'transparent' }),
  );
  const bar = Math.min(10, height * 0.62);
  const [first] = request.times;
  if (first === undefined) {
    group.append(
      s('path', {
        d: `M${at(0)},${middle}H${at(request.end)}`,
        stroke: 'var(--miss)',
        'stroke-width': 1.5,
        'stroke-dasharray': '3 2',
      }),
      cross(x(request.origin + request.end), top + height / 2),
    );
    return group;
  }
  group.append(
    s('path', { d: `M${at(0)},${middle}H${at(first)}`, stroke: 'var(--data-2)', 'stroke-width': 1.3 }),
    s('path', { d: `M${at(first)},${middle}H${at(request.end)}`, stroke: 'var(--data-soft)', 'stroke-width': px(bar) }),
    s('path', { d: flowing(request, policy, at, middle), stroke: 'var(--bar)', 'stroke-width': px(bar) }),
  );
  for (const late of request.late) {
    if (late.token > 0 && late.at - late.from <= 2 * policy.decodeDeadline) continue;
    const from = x(request.origin + late.deadline);
    group.append(
      s('rect', {
        class: 'stall',
        x: px(from),
        y: px(top),
        width: px(Math.max(1.2, x(request.origin + late.at) - from)),
        height: px(height),
        fill: 'var(--miss)',
      }),
    );
  }
  if (request.failed) group.append(cross(x(request.origin + request.end) + 3, top + height / 2));
  return group;
}

/** The bar where tokens flow; longer pauses are left out. */
function flowing({ times, end }: ScoredRequest, policy: ScorePolicy, at: (time: number) => string, y: string): string {
  let d = '';
  let start = times[0] ?? 0;
  for (let i = 1; i < times.length; i++) {
    const [before, now] = [times[i - 1] ?? 0, times[i] ?? 0];
    if (now - before <= visiblePause * policy.decodeDeadline) continue;
    d += `M${at(start)},${y}H${at(before)}`;
    start = now;
  }
  return `${d}M${at(start)},${y}H${at(Math.max(start, end))}`;
}

const cross = (x: number, y: number): SVGPathElement =>
  s('path', {
    d: `M${px(x - 3)},${px(y - 3)}l6,6m0,-6l-6,6`,
    stroke: 'var(--miss)',
    'stroke-width': 1.8,
    fill: 'none',
  });

function rowNames(
  { rows, silences }: Waterfall,
  labels: Labels,
  { top, row: height }: { top: number; row: number },
): void {
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

function describe(request: ScoredRequest, policy: ScorePolicy): Words {
  const ms = (time: number): string => duration(time / nanosecondsPerMillisecond);
  const prompt = request.promptTokens === undefined ? '' : `prompt of ${count(request.promptTokens)} tokens, `;
  const [first] = request.times;
  if (first === undefined) return [strong(`#${request.id}`), `: ${prompt}no token, ${request.outcome}`];
  const stalls = stallsOf(request, policy.decodeDeadline);
  const most = longest(stalls);
  const stalled = most ? `${plural(stalls.length, 'stall')}, longest ${ms(waitOf(most))}` : 'no stall';
  const index = request.fluidity === undefined ? 'not defined' : request.fluidity.toFixed(2);
  return [
    strong(`#${request.id}`),
    `: ${prompt}first token ${ms(first)}, ${plural(request.times.length, 'token')}, ${stalled}, fluidity `,
    strong(index),
    request.outcome === 'completed' ? '' : `, ${request.outcome}`,
  ];
}
