import { nanosecondsPerMillisecond } from '../../src/core/units.ts';
import type { ScorePolicy } from '../../src/metrics/policy.ts';
import { count, duration, plural } from '../../src/plots/format.ts';
import type { ScoredRequest } from '../../src/plots/scored-request.ts';
import { isStall, longest, stallsOf, waitOf } from '../../src/plots/stalls.ts';
import { strong, type Words } from '../../src/plots/words.ts';
import { px, s } from '../dom.ts';
import { crosses, rectangle } from './shapes.ts';

/** A pause this many decode deadlines long leaves a pale gap in the bar. */
const visiblePause = 4;

/** Where a row of the waterfall stands. */
export interface RowPlace {
  /** Position of a moment of the run. */
  readonly x: (time: number) => number;
  readonly top: number;
  readonly height: number;
  readonly width: number;
}

/** Waiting as a thin line, streaming as a bar, what readers waited past a deadline as a tall block. */
export function requestRow(request: ScoredRequest, policy: ScorePolicy, place: RowPlace): SVGGElement {
  const { x, top, height, width } = place;
  const at = (time: number): number => x(request.origin + time);
  const group = s(
    'g',
    { class: 'row', 'data-id': request.id },
    rectangle([0, top], [width, top + height], { class: 'hit', fill: 'transparent' }),
  );
  const middle = top + height / 2;
  if (request.times.length === 0) {
    const wait = line(at(0), at(request.end), middle, 'miss', 1.5);
    wait.setAttribute('stroke-dasharray', '3 2');
    group.append(wait, cross(at(request.end), middle));
    return group;
  }
  group.append(...streaming(request, policy, at, middle, Math.min(10, height * 0.62)));
  for (const late of request.late) {
    if (late.token > 0 && !isStall(late, policy.decodeDeadline)) continue;
    const from = at(late.deadline);
    const to = Math.max(from + 1.2, at(late.at));
    group.append(rectangle([from, top], [to, top + height], { class: 'stall', fill: 'var(--miss)' }));
  }
  if (request.failed) group.append(cross(at(request.end) + 3, middle));
  return group;
}

function streaming(
  request: ScoredRequest,
  policy: ScorePolicy,
  at: (time: number) => number,
  middle: number,
  thickness: number,
): SVGElement[] {
  const first = request.times[0] ?? 0;
  return [
    line(at(0), at(first), middle, 'data-2', 1.3),
    line(at(first), at(request.end), middle, 'data-soft', thickness),
    s('path', {
      d: flowing(request, policy, (time) => px(at(time)), px(middle)),
      stroke: 'var(--bar)',
      'stroke-width': px(thickness),
    }),
  ];
}

const line = (from: number, to: number, y: number, colour: string, thickness: number): SVGPathElement =>
  s('path', { d: `M${px(from)},${px(y)}H${px(to)}`, stroke: `var(--${colour})`, 'stroke-width': thickness });

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
  s('path', { d: crosses([[x, y]], 3), stroke: 'var(--miss)', 'stroke-width': 1.8, fill: 'none' });

/** What a row says when it is read. */
export function requestWords(request: ScoredRequest, policy: ScorePolicy): Words {
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
