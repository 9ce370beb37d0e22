import type { Exchange } from './exchange.ts';
import type { TokenMark, WireSink } from './stream-part.ts';

const turnMilliseconds = 5;

interface Held {
  bytes: Uint8Array;
  readonly marks: readonly TokenMark[];
}

/** Lets so many bytes through per second. An event's tokens count with its last piece. */
export function drip(next: WireSink, exchange: Exchange, bytesPerSecond: number): WireSink {
  const queue: Held[] = [];
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  let allowance = 0;
  let last = 0;

  const turn = (): void => {
    const now = performance.now();
    allowance += ((now - last) / 1e3) * bytesPerSecond;
    last = now;
    for (let head = queue[0]; head !== undefined && allowance >= 1; head = queue[0]) {
      const size = Math.min(head.bytes.length, Math.floor(allowance));
      allowance -= size;
      const whole = size === head.bytes.length;
      next.write(head.bytes.subarray(0, size), whole ? head.marks : []);
      if (whole) queue.shift();
      else head.bytes = head.bytes.subarray(size);
    }
    if (queue.length > 0) return;
    stop();
    if (ended) next.end();
  };
  const stop = (): void => {
    clearInterval(timer);
    timer = undefined;
  };
  exchange.onClosed(stop);
  return {
    write: (payload, marks) => {
      queue.push({ bytes: Buffer.from(payload), marks });
      if (timer !== undefined || exchange.closed) return;
      last = performance.now();
      allowance = 0;
      timer = setInterval(turn, turnMilliseconds);
    },
    end: () => {
      ended = true;
      if (queue.length === 0) next.end();
    },
  };
}
