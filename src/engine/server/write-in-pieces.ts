import type { Exchange } from './exchange.ts';
import type { TokenMark, WireSink } from './stream-part.ts';

interface Piece {
  readonly bytes: Uint8Array;
  readonly marks: readonly TokenMark[];
}

/**
 * Cuts each event at the given offsets and writes the pieces in turns of the event loop of their own,
 * so that they leave as separate segments. An event's tokens count with its last piece.
 */
export function writeInPieces(
  next: WireSink,
  exchange: Exchange,
  cutsOf: (bytes: Uint8Array) => readonly number[],
): WireSink {
  const queue: Piece[] = [];
  let ended = false;
  let scheduled = false;

  const turn = (): void => {
    scheduled = false;
    const piece = queue.shift();
    if (piece) next.write(piece.bytes, piece.marks);
    if (queue.length > 0) schedule();
    else if (ended) next.end();
  };
  const schedule = (): void => {
    if (scheduled || exchange.closed) return;
    scheduled = true;
    setImmediate(turn);
  };
  return {
    write: (payload, marks) => {
      const bytes = Buffer.from(payload);
      let start = 0;
      for (const cut of cutsOf(bytes)) {
        if (cut <= start || cut >= bytes.length) continue;
        queue.push({ bytes: bytes.subarray(start, cut), marks: [] });
        start = cut;
      }
      queue.push({ bytes: bytes.subarray(start), marks });
      schedule();
    },
    end: () => {
      ended = true;
      if (queue.length > 0) schedule();
      else next.end();
    },
  };
}
