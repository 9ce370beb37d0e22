import type { OverTime } from '../../src/plots/figures/over-time.ts';
import { chosenShare, clock, count, number } from '../../src/plots/format.ts';
import { niceStep } from '../../src/plots/order.ts';
import { px, s, unit } from '../dom.ts';
import type { Labels } from './labels.ts';
import { freshId, hatch } from './pattern.ts';
import { linear, logarithmic, type Scale } from './scales.ts';
import { crosses, linePath } from './shapes.ts';
import { logTicks } from './ticks.ts';

/** One chart of several on a shared time axis. */
export interface Lane {
  readonly x: Scale;
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
  readonly narrow: boolean;
  readonly marks: SVGGElement;
  readonly back: SVGGElement;
  readonly labels: Labels;
}

function ticks({ labels, left, right, back }: Lane, y: Scale, values: readonly (readonly [number, string])[]): void {
  const k = unit();
  for (const [value, text] of values) {
    back.append(s('line', { class: 'grid-line', x1: px(left), x2: px(right), y1: px(y(value)), y2: px(y(value)) }));
    labels.add({ text, kind: 'axis', at: [[left - 7 * k, y(value) + 4 * k, 'end']] });
  }
}

export function drawLoad(lane: Lane, { windows, window_ms }: OverTime): void {
  const perSecond = (n: number): number => n / (window_ms / 1000);
  const most = Math.max(0.001, ...windows.map(({ due, sent }) => Math.max(perSecond(due), perSecond(sent))));
  const step = niceStep(most, 2);
  const top = Math.ceil(most / step) * step;
  const y = linear(0, top, lane.bottom, lane.top);
  ticks(
    lane,
    y,
    [0, 1, 2].flatMap((i) => (i * step <= top ? [[i * step, number(i * step).replace(/\.0+$/, '')] as const] : [])),
  );
  windows.forEach(({ sent }, i) => {
    const [from, to] = [lane.x(i * window_ms), lane.x((i + 1) * window_ms)];
    const up = y(perSecond(sent));
    lane.marks.append(
      s('rect', {
        x: px(from + 0.5),
        y: px(up),
        width: px(Math.max(1, Math.min(to, lane.right) - from - 1)),
        height: px(lane.bottom - up),
        fill: 'var(--data-2)',
        opacity: 0.55,
      }),
    );
  });
  const line = windows.map(({ due }, i) => {
    const [from, to] = [lane.x(i * window_ms), Math.min(lane.right, lane.x((i + 1) * window_ms))];
    return `${i === 0 ? 'M' : 'L'}${px(from)},${px(y(perSecond(due)))}H${px(to)}`;
  });
  lane.marks.append(s('path', { d: line.join(''), fill: 'none', stroke: 'var(--ink)', 'stroke-width': 1.5 }));
}

export function drawStreams(lane: Lane, { streams }: OverTime): void {
  const k = unit();
  const { open, stalled, step_ms, worst } = streams;
  const most = Math.max(1, ...open, ...stalled);
  const step = Math.max(1, niceStep(most, 2));
  const top = Math.ceil(most / step) * step;
  const y = linear(0, top, lane.bottom, lane.top);
  ticks(
    lane,
    y,
    [0, 1, 2].flatMap((i) => (i * step <= top ? [[i * step, count(i * step)] as const] : [])),
  );
  const middle = (i: number): number => Math.min(lane.right, lane.x((i + 0.5) * step_ms));
  const points = (values: readonly number[]): [number, number][] => values.map((value, i) => [middle(i), y(value)]);
  const area = (values: readonly number[]): string =>
    `${linePath(points(values))}L${px(middle(values.length - 1))},${px(y(0))}L${px(middle(0))},${px(y(0))}Z`;
  lane.marks.append(
    s('path', { d: area(open), fill: 'var(--data-soft)' }),
    s('path', { d: linePath(points(open)), fill: 'none', stroke: 'var(--data-2)', 'stroke-width': 1 }),
    s('path', { d: area(stalled), fill: 'var(--miss)' }),
  );
  if (worst === undefined || worst.stalled < 3) return;
  const left = lane.x(worst.at_ms);
  const placed = lane.labels.add({
    text: `${count(worst.stalled)} stalled at ${clock(worst.at_ms)}`,
    kind: 'strong',
    tone: 'miss',
    size: 12.5,
    at: [
      [left + 8 * k, lane.top + 8 * k, 'start'],
      [left - 8 * k, lane.top + 8 * k, 'end'],
      [lane.right, lane.top - 4 * k, 'end'],
    ],
  });
  if (placed)
    lane.marks.append(
      s('line', { x1: px(left), x2: px(left), y1: px(lane.top), y2: px(y(worst.stalled)), stroke: 'var(--miss)' }),
    );
}

/** Whole decades, or the ends of a domain that spans less. */
function fewLogTicks(domain: readonly [number, number]): (readonly [number, string])[] {
  const decades = logTicks(domain, [1]);
  const fine = logTicks(domain, [1, 2, 5]);
  const shown = decades.length >= 2 ? decades.slice(-3) : [...new Set([...fine.slice(0, 1), ...fine.slice(-1)])];
  return shown.map((ms) => [ms, ms >= 1000 ? `${ms / 1000}\u202fs` : `${ms}\u202fms`]);
}

export function drawFirstTokens(lane: Lane, { windows, window_ms, late }: OverTime): void {
  const k = unit();
  const known = windows.flatMap(({ ttft50, ttftMax }, i) =>
    ttft50 === undefined || ttftMax === undefined ? [] : [[lane.x((i + 0.5) * window_ms), ttft50, ttftMax] as const],
  );
  if (known.length === 0) {
    lane.labels.add({ text: 'no first token came', at: [[lane.left + 8 * k, (lane.top + lane.bottom) / 2, 'start']] });
    return;
  }
  const low = Math.max(0.1, Math.min(...known.map(([, median]) => median))) / 1.5;
  const high = Math.max(...known.map(([, , most]) => most), ...late.map(([, ttft]) => ttft), low * 4) * 1.3;
  const y = logarithmic(low, high, lane.bottom, lane.top);
  ticks(lane, y, fewLogTicks([low, high]));
  for (const [x, median, most] of known) {
    lane.marks.append(
      s('line', {
        x1: px(x),
        x2: px(x),
        y1: px(y(median)),
        y2: px(y(most)),
        stroke: 'var(--data-2)',
        'stroke-width': 2 * k,
        opacity: 0.55,
      }),
    );
  }
  lane.marks.append(
    s('path', {
      d: linePath(known.map(([x, median]) => [x, y(median)])),
      fill: 'none',
      stroke: 'var(--data)',
      'stroke-width': 2,
      'stroke-linecap': 'round',
    }),
  );
  if (known.length === 1) {
    const [x = 0, median = low] = known[0] ?? [];
    lane.marks.append(s('circle', { cx: px(x), cy: px(y(median)), r: 3.5 * k, fill: 'var(--data)' }));
  }
  const places = late.map(([at, ttft]) => [lane.x(at), y(ttft)] as const);
  lane.marks.append(s('path', { d: crosses(places, 3 * k), stroke: 'var(--miss)', 'stroke-width': 1.6, fill: 'none' }));
}

export function drawFluid(lane: Lane, { windows, window_ms, target, meaningful }: OverTime): void {
  if (!meaningful) {
    const middle = (lane.top + lane.bottom) / 2;
    lane.labels.add({
      text: 'not meaningful: the answers came all at once',
      kind: 'axis',
      at: [[lane.left + 8 * unit(), middle, 'start']],
    });
    return;
  }
  const y = linear(0, 1, lane.bottom, lane.top);
  ticks(lane, y, [
    [0, '0'],
    [0.5, '50%'],
    [1, '100%'],
  ]);
  const id = freshId('not-fluid');
  lane.marks.append(s('defs', {}, hatch(id)));
  windows.forEach(({ judged, fluid }, i) => {
    if (judged === 0) return;
    const from = lane.x(i * window_ms) + 0.5;
    const width = Math.max(1, Math.min(lane.right, lane.x((i + 1) * window_ms)) - from - 0.5);
    const up = y(fluid / judged);
    lane.marks.append(
      s('rect', { x: px(from), y: px(up), width: px(width), height: px(lane.bottom - up), fill: 'var(--met-soft)' }),
      s('rect', { x: px(from), y: px(lane.top), width: px(width), height: px(up - lane.top), fill: `url(#${id})` }),
      s('line', {
        x1: px(from),
        x2: px(from + width),
        y1: px(up),
        y2: px(up),
        stroke: 'var(--met)',
        'stroke-width': 2,
      }),
    );
  });
  lane.marks.append(
    s('line', { class: 'target', x1: px(lane.left), x2: px(lane.right), y1: px(y(target)), y2: px(y(target)) }),
  );
  const k = unit();
  lane.labels.add({ text: `target ${chosenShare(target)}`, at: [[lane.right, lane.top - 5 * k, 'end']] });
}

export function drawErrors(lane: Lane, { failures }: OverTime): void {
  const k = unit();
  if (failures.length === 0) {
    lane.labels.add({ text: 'no request failed', kind: 'axis', at: [[lane.left + 8 * k, lane.top + 14 * k, 'start']] });
    return;
  }
  failures.forEach(({ outcome, count: n, at }, i) => {
    const y = lane.top + (i + 0.5) * 20 * k;
    const d = 4 * k;
    lane.back.append(s('line', { class: 'grid-line', x1: px(lane.left), x2: px(lane.right), y1: px(y), y2: px(y) }));
    const xs = at.map((ms) => Math.min(lane.right - d, Math.max(lane.left + d, lane.x(ms))));
    lane.marks.append(
      s('path', {
        d: crosses(
          xs.map((x) => [x, y] as const),
          d,
        ),
        stroke: 'var(--miss)',
        'stroke-width': 2,
        fill: 'none',
      }),
    );
    const [first, last] = [Math.min(...xs), Math.max(...xs)];
    lane.labels.add({
      text: `${outcome} (${count(n)})`,
      at: [
        [first - 10 * k, y + 4 * k, 'end'],
        [last + 10 * k, y + 4 * k, 'start'],
        [lane.right, y - 6 * k, 'end'],
        [lane.left + 8 * k, y + 4 * k, 'start'],
      ],
    });
  });
}
