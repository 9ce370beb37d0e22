import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { MetronError } from '../core/errors.ts';

const handshakes = 9;
const patienceMs = 5000;

/** Median time of a TCP handshake with the target: one round trip of the network, nothing of the server's work. */
export async function networkBaseline(url: URL): Promise<number> {
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const times: number[] = [];
  for (let i = 0; i < handshakes; i++) {
    times.push(await handshake(host, port));
    await sleep(20);
  }
  return times.sort((a, b) => a - b)[handshakes >> 1] ?? 0;
}

function handshake(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const socket = connect({ host, port, timeout: patienceMs });
    const fail = (cause?: unknown): void => {
      socket.destroy();
      reject(
        new MetronError('NO_BASELINE', `no connection to ${host}:${port} to measure the network with`, {
          hint: 'leave --subtract-network away, or profile without a proxy in between',
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
