import type { Chunks } from '../core/record.ts';

/** Shorter answers may well fit one read of an honest stream. */
const fewestTokens = 8;
const shareInOneRead = 0.95;
/** All tokens in this last share of the time since the send … */
const lastShare = 0.02;
/** … and faster than any engine decodes one stream, nanoseconds a token. */
const fastestToken = 1e5;

/**
 * Whether a server that claims to stream released the answer at once, as a buffering proxy does.
 * A long wait and then fast tokens is not that: it takes one read for (nearly) all of them, or a
 * pace that no decoding reaches.
 */
export function releasedAtOnce({ at, tokens, read }: Pick<Chunks, 'at' | 'tokens' | 'read'>, sentAt: number): boolean {
  let total = 0;
  let largestRead = 0;
  let inRead = 0;
  let first: number | undefined;
  let last = 0;
  for (let i = 0; i < at.length; i++) {
    const count = tokens[i] ?? 0;
    inRead = i > 0 && read[i] === read[i - 1] ? inRead + count : count;
    largestRead = Math.max(largestRead, inRead);
    if (count === 0) continue;
    total += count;
    first ??= at[i] ?? 0;
    last = at[i] ?? 0;
  }
  if (total < fewestTokens || first === undefined) return false;
  if (largestRead >= shareInOneRead * total) return true;
  const span = last - first;
  return span <= lastShare * (last - sentAt) && span <= fastestToken * total;
}
