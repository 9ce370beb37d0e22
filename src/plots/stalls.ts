import type { Nanoseconds } from '../core/units.ts';
import type { LateToken, ScoredRequest } from './scored-request.ts';

/** A wait that outlasts the time in hand by a decode deadline or more; shorter ones are delays nobody names. */
export const isStall = (token: LateToken, decodeDeadline: Nanoseconds): boolean =>
  token.token > 0 && token.at - token.from > 2 * decodeDeadline;

export const stallsOf = (request: ScoredRequest, decodeDeadline: Nanoseconds): LateToken[] =>
  request.late.filter((token) => isStall(token, decodeDeadline));

/** How long the reader had nothing to read. */
export const waitOf = (token: LateToken): number => token.at - token.from;

export const longest = (stalls: readonly LateToken[]): LateToken | undefined =>
  stalls.reduce<LateToken | undefined>(
    (most, stall) => (most && waitOf(most) >= waitOf(stall) ? most : stall),
    undefined,
  );
