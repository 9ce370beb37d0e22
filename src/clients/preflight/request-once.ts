import { setImmediate as turnEnd } from 'node:timers/promises';
import { monotonicClock } from '../../core/clock.ts';
import { type EndCause, endCauses, payloadOf, TapeReader, TapeWriter, tapeKinds } from '../../core/tape.ts';
import { type Nanoseconds, nanoseconds, toMilliseconds } from '../../core/units.ts';
import { chooseTransport } from '../transport/choose-transport.ts';
import type { HttpVersion, TransportTarget } from '../transport/transport.ts';

/** Everything that one request brought back. */
export interface Reply {
  readonly cause: EndCause;
  readonly detail: string;
  /** Given up because the time was over. */
  readonly timedOut: boolean;
  /** Absent if no connection stood. */
  readonly sentAt?: Nanoseconds;
  /** Absent if there was no response. */
  readonly status?: number;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  readonly pieces: readonly { readonly at: Nanoseconds; readonly bytes: Buffer }[];
  readonly endedAt: Nanoseconds;
  /** The version of HTTP that was spoken, or tried. */
  readonly http: HttpVersion;
}

const segmentBytes = 1 << 18;

/**
 * One request over the transport of the run: what is found out here holds there. Where no version of HTTP is
 * asked for and the server has nothing but HTTP/2, it goes again in that. Never throws for what a server does.
 */
export async function requestOnce(
  target: TransportTarget,
  body: Uint8Array,
  timeout: Nanoseconds,
  signal?: AbortSignal,
): Promise<Reply> {
  const reply = await tryOnce(target, body, timeout, signal);
  if (target.http !== undefined || !speaksNothingElse(reply)) return reply;
  return tryOnce({ ...target, http: '2' }, body, timeout, signal);
}

/** The alert of RFC 7301 §3.2: none of the protocols we offered is one of the server's. */
export const speaksNothingElse = ({ cause, detail }: Pick<Reply, 'cause' | 'detail'>): boolean =>
  cause === endCauses.tlsFailed && detail.includes('NO_APPLICATION_PROTOCOL');

async function tryOnce(
  target: TransportTarget,
  body: Uint8Array,
  timeout: Nanoseconds,
  signal?: AbortSignal,
): Promise<Reply> {
  const reader = new TapeReader();
  const tape = new TapeWriter((segment) => reader.addSegment(segment), segmentBytes);
  let timedOut = false;
  let onEnd = (): void => {};
  const ended = new Promise<void>((resolve) => {
    onEnd = resolve;
  });
  const transport = chooseTransport(target, tape, monotonicClock(process.hrtime.bigint()), { onEnd: () => onEnd() });
  const abort = (): void => transport.abort(0);
  const timer = setTimeout(() => {
    timedOut = true;
    abort();
  }, toMilliseconds(timeout));
  signal?.addEventListener('abort', abort);
  try {
    transport.send(0, body);
    if (signal?.aborted) abort();
    await ended;
    // What was read is on the tape for sure when the turn of the loop is over.
    await turnEnd();
    return { ...readTape(reader), timedOut, http: target.http ?? '1.1' };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
    await transport.close();
  }
}

function readTape(reader: TapeReader): Omit<Reply, 'timedOut' | 'http'> {
  const pieces: { at: Nanoseconds; bytes: Buffer }[] = [];
  let cause: EndCause = endCauses.aborted;
  let detail = '';
  let sentAt: Nanoseconds | undefined;
  let status: number | undefined;
  let headers = new Map<string, string>();
  let endedAt = nanoseconds(0);
  reader.drain((entry) => {
    const at = nanoseconds(entry.at);
    const bytes = Buffer.from(payloadOf(entry));
    if (entry.kind === tapeKinds.sent) sentAt = at;
    else if (entry.kind === tapeKinds.head) {
      status = entry.extra;
      headers = readHeaders(bytes.toString('latin1'));
    } else if (entry.kind === tapeKinds.body) pieces.push({ at, bytes });
    else if (entry.kind === tapeKinds.end) {
      cause = entry.extra as EndCause;
      detail = bytes.toString('utf8');
      endedAt = at;
    }
  });
  return {
    cause,
    detail,
    ...(sentAt !== undefined && { sentAt }),
    ...(status !== undefined && { status }),
    headers,
    pieces,
    endedAt,
  };
}

function readHeaders(head: string): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of head.split(/\r?\n/).slice(1)) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  return headers;
}

export const textOf = (reply: Reply): string => Buffer.concat(reply.pieces.map(({ bytes }) => bytes)).toString('utf8');
