import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CurveBaseline } from '../analyses/prefill-curve.ts';
import { mean, median } from '../analyses/prefill-levels.ts';
import type { PrefillSample } from '../analyses/prefill-samples.ts';
import { MetronError } from '../core/errors.ts';

const handshakes = 9;
const patienceMs = 5000;

/** Median time of a TCP handshake with the target: one round trip of the network, nothing of the server's work. */
export async function networkBaseline(url: URL): Promise<CurveBaseline> {
  const times: number[] = [];
  for (let i = 0; i < handshakes; i++) {
    times.push(await handshake(url));
    await sleep(20);
  }
  return { kind: 'rtt', time_ms: median(times), n: times.length };
}

/** All that a target takes for next to no prompt: network, HTTP, queue, one step of the engine. */
export const medianBaseline = (samples: readonly PrefillSample[]): CurveBaseline => ({
  kind: 'smallest-prompt',
  time_ms: median(samples.map(({ time_ms }) => time_ms)),
  n: samples.length,
  tokens: Math.round(mean(samples.map(({ tokens }) => tokens))),
});

/** Whether a connection can be made: somebody listens, though perhaps nobody answers. */
export const isListening = (url: URL): Promise<boolean> =>
  handshake(url).then(
    () => true,
    () => false,
  );

function handshake(url: URL): Promise<number> {
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const socket = connect({ host, port, timeout: patienceMs });
    const fail = (cause?: unknown): void => {
      socket.destroy();
      reject(
        new MetronError('NO_BASELINE', `no connection to ${host}:${port} to measure the network with`, {
          hint: 'behind a proxy take --subtract-network smallest-prompt, or leave --subtract-network away',
          cause,
        }),
      );
    };
    socket.once('connect', () => {
      resolve(performance.now() - startedAt);
      socket.destroy();
    });
    socket.once('timeout', () => fail());
    socket.once('error', fail);
  });
}
