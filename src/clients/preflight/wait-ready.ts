import { setTimeout as sleep } from 'node:timers/promises';
import { exitCodes, MetronError } from '../../core/errors.ts';
import { milliseconds, type Nanoseconds, nanoseconds, seconds, toMilliseconds, toSeconds } from '../../core/units.ts';
import type { TransportTarget } from '../transport/transport.ts';
import { explainConnection, placeOf } from './explain-connection.ts';
import { requestOnce } from './request-once.ts';

const askEvery = milliseconds(500);
const patience = seconds(10);
/** What gateways and loading servers answer until there is a server behind them. */
const notYet = new Set([502, 503, 504]);

/**
 * Waits until the target answers HTTP with anything but "not yet". It is asked with an empty
 * request, which costs no tokens: a server that is ready refuses it.
 */
export async function waitReady(target: TransportTarget, timeout: Nanoseconds, signal?: AbortSignal): Promise<void> {
  const deadline = performance.now() + toMilliseconds(timeout);
  for (;;) {
    const left = Math.max(1, deadline - performance.now()) * 1e6;
    const reply = await requestOnce(target, Buffer.from('{}'), nanoseconds(Math.min(left, patience)), signal);
    signal?.throwIfAborted();
    if (reply.status !== undefined && !notYet.has(reply.status)) return;
    if (performance.now() + toMilliseconds(askEvery) > deadline) {
      const state =
        reply.status === undefined
          ? explainConnection(target, reply, `${toSeconds(patience)} s`)?.message
          : `it answers ${reply.status}`;
      throw new MetronError(
        'TARGET_NOT_READY',
        `${placeOf(target)} is not ready after ${toSeconds(timeout)} s: ${state}`,
        {
          exitCode: exitCodes.targetFailed,
          hint: "the server's log should say what it is waiting for",
        },
      );
    }
    await sleep(toMilliseconds(askEvery), undefined, { ...(signal && { signal }) });
  }
}
