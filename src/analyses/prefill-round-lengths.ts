import type { ProfiledLength } from './prefill-profile.ts';

/** How the server counts what is asked for: its template adds to it, its tokenizer may count otherwise. */
interface ServerCounts {
  /** Tokens of each prompt beside those asked for. */
  readonly added: number;
  /** The same for every prompt, so that a length can be asked for to the token. */
  readonly exact: boolean;
}

function serverCounts(points: readonly ProfiledLength[]): ServerCounts {
  const added = points.map(({ tokens, cached = 0, asked }) => tokens + cached - asked);
  const [first = 0] = added;
  const exact = Number.isInteger(first) && added.every((each) => each === first);
  return { added: exact ? first : 0, exact };
}

/** From here on prompts are split and matrices tiled at powers of two. */
const leastPower = 256;
/** What a split leaves over is a small batch: where few experts are read for it, its time settles after some tokens. */
const behind = 16;
const leastSplit = 1024;

/** Both sides of every power of two within the measured range, as they are to be asked for. */
export function aroundPowers(points: readonly ProfiledLength[]): number[] {
  const counts = serverCounts(points);
  const asked = points.map((point) => point.asked);
  const [shortest, longest] = [Math.min(...asked) + counts.added, Math.max(...asked) + counts.added];
  const lengths: number[] = [];
  for (let n = leastPower; n < longest; n *= 2) {
    if (n <= shortest) continue;
    lengths.push(...bothSides(n, counts), ...(n < leastSplit ? [] : [n - counts.added + behind]));
  }
  return lengths;
}

/** Steps may lie before a round number as well as behind it. */
function bothSides(tokens: number, { added, exact }: ServerCounts): [number, number] {
  const margin = exact ? 1 : Math.ceil(tokens / 256);
  return [tokens - added - margin, tokens - added + margin];
}

/** Both sides of the roundest number in the middle half of a gap, where a step most likely lies. */
export function withinGap(from: number, to: number, points: readonly ProfiledLength[]): number[] {
  const counts = serverCounts(points);
  return bothSides(roundest(from + counts.added, to + counts.added), counts).filter(
    (length) => length > from && length < to,
  );
}

function roundest(from: number, to: number): number {
  const [middle, quarter] = [(from + to) / 2, (to - from) / 4];
  for (let size = 2 ** Math.floor(Math.log2(to)); size > 1; size /= 2) {
    const nearest = Math.round(middle / size) * size;
    if (Math.abs(nearest - middle) <= quarter) return nearest;
  }
  return Math.round(middle);
}
