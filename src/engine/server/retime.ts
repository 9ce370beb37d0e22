import type { Exchange } from './exchange.ts';
import type { PartSink, StreamPart } from './stream-part.ts';

/** Passes parts on later, in order: `timeOf` says when, in milliseconds of `performance.now()`. */
export function retime(
  next: PartSink,
  exchange: Exchange,
  timeOf: (part: StreamPart | undefined, now: number) => number,
): PartSink {
  const queue: { readonly at: number; readonly act: () => void }[] = [];
  let timer: NodeJS.Timeout | undefined;
  let latest = 0;

  const turn = (): void => {
    timer = undefined;
    for (let head = queue[0]; head !== undefined && head.at <= performance.now(); head = queue[0]) {
      queue.shift();
      head.act();
    }
    const [head] = queue;
    if (head && !exchange.closed) timer = setTimeout(turn, Math.max(0, head.at - performance.now()));
  };
  const later = (part: StreamPart | undefined, act: () => void): void => {
    latest = Math.max(latest, timeOf(part, performance.now()));
    queue.push({ at: latest, act });
    if (timer === undefined) turn();
  };
  exchange.onClosed(() => clearTimeout(timer));
  return {
    push: (part) => later(part, () => next.push(part)),
    end: () => later(undefined, () => next.end()),
  };
}

/** Stretches the gap before each token after the first by a factor, never under 1, of its position from 1. */
export function stretch(next: PartSink, exchange: Exchange, factorAt: (position: number) => number): PartSink {
  let position = 0;
  let came: number | undefined;
  let leaves = 0;
  return retime(next, exchange, (part, now) => {
    if (part?.kind !== 'tokens') return now;
    const gap = came === undefined ? 0 : now - came;
    came = now;
    leaves = Math.max(now, leaves + gap * Math.max(1, factorAt(position)));
    position += part.texts.length;
    return leaves;
  });
}
