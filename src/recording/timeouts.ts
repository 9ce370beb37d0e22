import type { TimeoutPhase } from '../core/record.ts';
import type { Nanoseconds } from '../core/units.ts';
import type { OpenRequest } from './open-request.ts';

/** Each its own limit; absent or infinite: no limit. */
export interface Timeouts {
  /** A connection is being opened for the request and does not stand yet. */
  readonly connect?: Nanoseconds;
  /** Sent, and no token yet. */
  readonly firstToken?: Nanoseconds;
  /** Since the last token. Keep-alive comments do not count. */
  readonly betweenTokens?: Nanoseconds;
  /** Since the send, whatever comes. */
  readonly total?: Nanoseconds;
}

/** The limit a request has passed at `now`, if any. */
export function expiredTimeout(request: OpenRequest, timeouts: Timeouts, now: Nanoseconds): TimeoutPhase | undefined {
  const { sentAt, connectingAt } = request;
  if (sentAt === undefined) {
    return isOver(connectingAt, timeouts.connect, now) ? 'connect' : undefined;
  }
  if (isOver(sentAt, timeouts.total, now)) return 'total';
  if (request.lastTokenAt === undefined) return isOver(sentAt, timeouts.firstToken, now) ? 'first-token' : undefined;
  // After the finish the same patience holds for the end of the exchange.
  const last = request.finished ? (request.lastByteAt ?? request.lastTokenAt) : request.lastTokenAt;
  return isOver(last, timeouts.betweenTokens, now) ? 'between-tokens' : undefined;
}

const isOver = (since: Nanoseconds | undefined, limit: Nanoseconds | undefined, now: Nanoseconds): boolean =>
  since !== undefined && limit !== undefined && now - since > limit;
