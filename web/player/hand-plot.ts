import { nanosecondsPerMillisecond } from '../../src/core/units.ts';
import type { ScorePolicy } from '../../src/metrics/policy.ts';
import { count } from '../../src/plots/format.ts';
import { niceStep } from '../../src/plots/order.ts';
import type { ScoredRequest } from '../../src/plots/scored-request.ts';
import type { Step } from '../../src/plots/time-in-hand.ts';
import { Labels } from '../charts/labels.ts';
import { freshId, hatch } from '../charts/pattern.ts';
import { linear, type Scale } from '../charts/scales.ts';
import { linePath } from '../charts/shapes.ts';
import { px, s, unit } from '../dom.ts';

/** Time in hand over one request; milliseconds. The past is solid, the future faint. */
export interface HandScene {
  readonly request: ScoredRequest;
  readonly policy: ScorePolicy;
  readonly steps: readonly Step[];
  readonly length: number;
  readonly low: number;
  readonly high: number;
  readonly step: number;
}

const ms = (time: number): number => time / nanosecondsPerMillisecond;

/** One vertical scale for the gauge and the plot. */
export function handScene(request: ScoredRequest, policy: ScorePolicy, steps: readonly Step[]): HandScene {
  const first = ms(request.firstTokenDeadline ?? 0);
  const end = ms(request.end);
  let [low, high] = [0, Math.max(first, ms(policy.decodeDeadline))];
  for (const { at, deadline, next } of steps) {
    low = Math.min(low, ms(deadline - at));
    high = Math.max(high, ms(next - at));
  }
  // A request without a token, or cut off while a token was awaited, runs out of time to its end.
  low = Math.min(low, ms(steps.at(-1)?.next ?? request.firstTokenDeadline ?? 0) - end, 0);
  if (!request.failed) low = Math.min(0, ...steps.map(({ at, deadline }) => ms(deadline - at)));
  const step = niceStep(high - low, 6);
  return {
    request,
    policy,
    steps,
    length: Math.max(end * 1.04, 100),
    low: Math.min(-step, Math.floor(low / step) * step),
    high: Math.ceil(high / step) * step,
    step,
  };
}

export class HandPlot {
  readonly element: SVGSVGElement;
  readonly x: Scale;
  readonly y: Scale;
  readonly #past: SVGRectElement;
  readonly #line: SVGLineElement;
  readonly #dot: SVGCircleElement;

  constructor(scene: HandScene, width: number, height: number) {
    const k = unit();
    const frame = { left: 54 * k, right: width - 6 * k, top: 22 * k, bottom: height - 38 * k };
    this.x = linear(0, scene.length, frame.left, frame.right);
    this.y = linear(scene.low, scene.high, frame.bottom, frame.top);
    const zero = this.y(0);
    const ids = { up: freshId('up'), down: freshId('down'), past: freshId('past'), hatch: freshId('hatch') };
    this.#past = s('rect', { x: 0, y: 0, width: 0, height });
    const clip = (id: string, shape: SVGRectElement): SVGClipPathElement => s('clipPath', { id }, shape);
    const above = s('rect', { x: 0, y: 0, width, height: px(Math.max(0, zero)) });
    const below = s('rect', { x: 0, y: px(zero), width, height: px(Math.max(0, height - zero)) });
    this.element = s(
      'svg',
      { viewBox: `0 0 ${width} ${height}`, width, height, 'aria-hidden': true },
      s('defs', {}, hatch(ids.hatch, 5), clip(ids.up, above), clip(ids.down, below), clip(ids.past, this.#past)),
    );
    const text = s('g');
    const labels = new Labels(text, width, height);
    this.#axes(scene, labels, frame, height);
    const shape = (opacity: number): SVGGElement => curve(scene, this.x, this.y, ids, opacity);
    const ink = { stroke: 'var(--ink)' };
    this.#line = s('line', { ...ink, y1: px(frame.top - 4 * k), y2: px(frame.bottom), 'stroke-width': 1.5 });
    this.#dot = s('circle', { r: 4.5 * k, stroke: 'var(--paper)', 'stroke-width': 1.5 });
    this.element.append(
      shape(0.28),
      s('g', { 'clip-path': `url(#${ids.past})` }, shape(1)),
      s('line', { ...ink, x1: px(frame.left), x2: px(frame.right), y1: px(zero), y2: px(zero), 'stroke-width': 1 }),
      text,
      this.#line,
      this.#dot,
    );
    missedLabels(scene, labels, this.x, this.y);
  }

  seek(now: number, hand: number, ended: boolean): void {
    const x = px(this.x(now));
    this.#past.setAttribute('width', x);
    this.#line.setAttribute('x1', x);
    this.#line.setAttribute('x2', x);
    this.#dot.setAttribute('cx', x);
    this.#dot.setAttribute('cy', px(this.y(hand)));
    this.#dot.setAttribute('fill', `var(--${hand < 0 ? 'miss' : 'met'})`);
    this.#dot.style.display = ended ? 'none' : '';
  }

  #axes(
    scene: HandScene,
    labels: Labels,
    frame: { left: number; right: number; bottom: number },
    height: number,
  ): void {
    const k = unit();
    labels.add({ text: 'Time in hand ↑', kind: 'axis', at: [[0, 10 * k, 'start']] });
    labels.add({
      text: 'Seconds since the request was due →',
      kind: 'axis',
      at: [[frame.right, height - 3 * k, 'end']],
    });
    for (let value = scene.low; value <= scene.high + 1e-6; value += scene.step) {
      const y = this.y(value);
      if (Math.abs(value) > 1e-6)
        this.element.append(
          s('line', { class: 'grid-line', x1: px(frame.left), x2: px(frame.right), y1: px(y), y2: px(y) }),
        );
      labels.add({ text: inUnit(value), kind: 'axis', at: [[frame.left - 8 * k, y + 4 * k, 'end']] });
    }
    const step = niceStep(scene.length, Math.max(2, Math.floor((frame.right - frame.left) / (56 * k))));
    for (let time = 0; time <= scene.length; time += step) {
      const x = this.x(time);
      this.element.append(
        s('line', { class: 'base-line', x1: px(x), x2: px(x), y1: px(frame.bottom), y2: px(frame.bottom + 4) }),
      );
      labels.add({
        text: String(Number((time / 1000).toPrecision(6))),
        kind: 'axis',
        at: [[x, frame.bottom + 17 * k, 'middle']],
      });
    }
  }
}

function inUnit(value: number): string {
  if (Math.abs(value) < 1e-6) return '0';
  const text =
    Math.abs(value) >= 1000 || Math.abs(value) % 100 === 0
      ? `${Number((Math.abs(value) / 1000).toPrecision(4))}\u202fs`
      : `${Number(Math.abs(value).toPrecision(4))}\u202fms`;
  return `${value < 0 ? '−' : ''}${text}`;
}

/** Corners of the saw: falling to each token, up at it. */
function corners({ request, steps }: HandScene): [number, number][] {
  const points: [number, number][] = [[0, ms(request.firstTokenDeadline ?? steps[0]?.deadline ?? 0)]];
  for (const { at, deadline, next } of steps) points.push([ms(at), ms(deadline - at)], [ms(at), ms(next - at)]);
  const last = steps.at(-1);
  if (request.failed || last === undefined) {
    points.push([ms(request.end), ms(last?.next ?? request.firstTokenDeadline ?? 0) - ms(request.end)]);
  }
  return points;
}

function curve(
  scene: HandScene,
  x: Scale,
  y: Scale,
  ids: { readonly up: string; readonly down: string; readonly hatch: string },
  opacity: number,
): SVGGElement {
  const points = corners(scene).map(([time, hand]) => [x(time), y(hand)] as const);
  const zero = px(y(0));
  const area = `${linePath(points)}L${px(points.at(-1)?.[0] ?? 0)},${zero}L${px(points[0]?.[0] ?? 0)},${zero}Z`;
  const line = linePath(points);
  const k = unit();
  return s(
    'g',
    { opacity },
    s(
      'g',
      { 'clip-path': `url(#${ids.up})` },
      s('path', { d: area, fill: 'var(--met-soft)' }),
      s('path', { d: line, fill: 'none', stroke: 'var(--met)', 'stroke-width': 1.6, 'stroke-linejoin': 'round' }),
    ),
    s(
      'g',
      { 'clip-path': `url(#${ids.down})` },
      s('path', { d: area, fill: `url(#${ids.hatch})` }),
      s('path', { d: line, fill: 'none', stroke: 'var(--miss)', 'stroke-width': 1.6 }),
    ),
    s('path', { d: comb(scene, x, y(0), 3.5 * k), stroke: 'var(--miss)', 'stroke-width': 1, fill: 'none' }),
  );
}

/** A tick for each deadline missed; every other one, and so on, where they would run together. */
function comb({ steps, policy }: HandScene, x: Scale, zero: number, half: number): string {
  const apart = x(ms(policy.decodeDeadline)) - x(0);
  const every = Math.max(1, Math.ceil(2.5 / Math.max(apart, 1e-6)));
  let d = '';
  for (const { deadline, missed } of steps) {
    for (let i = 0; i < missed; i += every)
      d += `M${px(x(ms(deadline + i * policy.decodeDeadline)))},${px(zero - half)}v${px(2 * half)}`;
  }
  return d;
}

function missedLabels(scene: HandScene, labels: Labels, x: Scale, y: Scale): void {
  const k = unit();
  const worst = scene.steps
    .filter(({ missed }) => missed > 1)
    .sort((a, b) => b.missed - a.missed)
    .slice(0, 2);
  for (const { at, deadline, missed } of worst) {
    const low = Math.min(y(ms(deadline - at)) + 4 * k, y(scene.low) - 4 * k);
    labels.add({
      text: `${count(missed)} missed`,
      kind: 'strong',
      tone: 'miss',
      at: [
        [x(ms(at)) + 6 * k, Math.max(low, y(0) + 16 * k), 'start'],
        [x(ms(deadline)) - 8 * k, Math.max(low, y(0) + 16 * k), 'end'],
      ],
    });
  }
}
