import type { Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Conduct, chunked, drip, reset } from '../../../test/clients/raw-server.ts';
import {
  answer,
  body,
  events,
  TransportBench,
  text,
  until,
  ways,
  writes,
} from '../../../test/clients/transport-bench.ts';
import { tapeFlags } from '../../core/tape.ts';

vi.setConfig({ testTimeout: 30_000 });

describe.each(ways)('kept connections, $name', (way) => {
  const { secure, proxied } = way;
  const bench = new TransportBench(way);
  afterEach(() => bench.close());

  it('uses a connection again, the last one first, and says so', async () => {
    await bench.start(writes(answer));
    bench.transport.send(0, body);
    bench.transport.send(1, body);
    await bench.log.ended(2);
    expect(bench.server.accepted).toBe(2);
    bench.transport.send(2, body);
    await bench.log.ended(3);
    expect(bench.server.accepted).toBe(2);
    expect(bench.log.kinds(2)[0]).toBe('sent');
    expect(bench.log.of(2)[0]!.flags & tapeFlags.reusedConnection).toBeTruthy();
    expect(bench.log.end(2)!.flags & tapeFlags.reusedConnection).toBeTruthy();
  });

  it('lets who hears of an end send again on the same connection', async () => {
    await bench.start(writes(answer));
    bench.onEnd = (request) => {
      if (request < 5) bench.transport.send(request + 1, body);
    };
    bench.transport.send(0, body);
    await bench.log.ended(6);
    expect(bench.server.accepted).toBe(1);
    expect(bench.log.body(5)).toBe(text);
  });

  it('does not use a connection again that the server wants closed', async () => {
    await bench.start((socket) => void socket.write(chunked(events, 'connection: close\r\n')));
    for (const request of [0, 1]) {
      bench.transport.send(request, body);
      await bench.log.ended(request + 1);
    }
    expect(bench.log.end(1)?.cause).toBe('complete');
    expect(bench.server.accepted).toBe(2);
  });

  it('opens a fresh connection when the idle one was closed', async () => {
    await bench.start((socket) => void socket.end(answer));
    bench.transport.send(0, body);
    await bench.log.ended(1);
    await until(() => bench.server.sockets.size === 0);
    await new Promise((resolve) => setTimeout(resolve, 150));
    bench.transport.send(1, body);
    await bench.log.ended(2);
    expect(bench.log.end(1)?.cause).toBe('complete');
    expect(bench.log.kinds(1)[0]).toBe('connecting');
  });

  /** Answers the first request of each connection and closes on the second, without a word. */
  const keepsNone =
    (hangUp: (socket: Socket) => unknown): Conduct =>
    (socket, { turn }) =>
      void (turn === 0 ? socket.write(answer) : hangUp(socket));

  it.each([
    ['closed', (socket: Socket) => socket.end()],
    ['reset', reset],
  ])('sends again, on a new connection, what crossed the end of a kept one (%s)', async (_, hangUp) => {
    await bench.start(keepsNone(hangUp));
    for (const request of [0, 1]) {
      bench.transport.send(request, body);
      await bench.log.ended(request + 1);
    }
    expect(bench.log.end(1)?.cause).toBe('complete');
    expect(bench.log.body(1)).toBe(text);
    expect(bench.log.kinds(1).filter((kind) => kind !== 'body' && kind !== 'written')).toEqual([
      'sent',
      'again',
      'connecting',
      'connected',
      'sent',
      'head',
      'end',
    ]);
    expect(bench.server.requests.at(-1)?.body).toEqual(Buffer.from(body));
  });

  it('does not send again what failed on a new connection, nor what had begun to be answered', async () => {
    await bench.start((socket, { turn }) => void (turn === 0 ? socket.write(answer) : socket.end('HTTP/1.1 200')));
    for (const request of [0, 1]) {
      bench.transport.send(request, body);
      await bench.log.ended(request + 1);
    }
    expect(bench.log.end(1)?.cause).toBe('fin');
    expect(bench.log.kinds(1)).not.toContain('again');
    expect(bench.server.requests).toHaveLength(2);
  });

  it('stops keeping connections that the server never keeps', async () => {
    await bench.start(keepsNone((socket) => socket.end()));
    const count = 12;
    for (let request = 0; request < count; request++) {
      bench.transport.send(request, body);
      await bench.log.ended(request + 1);
    }
    expect(Array.from({ length: count }, (_, request) => bench.log.end(request)?.cause)).toEqual(
      Array(count).fill('complete'),
    );
    expect(bench.log.of().filter(({ kind }) => kind === 'again')).toHaveLength(3);
  });

  it('drops a connection on which something comes unasked', async () => {
    await bench.start((socket) => void drip(socket, [answer, 'HTTP/1.1 408 Request Timeout\r\n\r\n']));
    bench.transport.send(0, body);
    await bench.log.ended(1);
    await until(() => bench.server.sockets.size === 0);
    bench.transport.send(1, body);
    await bench.log.ended(2);
    expect(bench.log.end(1)?.cause).toBe('complete');
    expect(bench.server.accepted).toBe(2);
  });

  it('opens connections ahead, and sends on them without opening more', async () => {
    await bench.start(writes(answer));
    expect(await bench.transport.warm(100)).toBe(100);
    // Plain proxies connect to the server with the first request only.
    if (!proxied || secure) await until(() => bench.server.accepted === 100);
    for (let request = 0; request < 100; request++) bench.transport.send(request, body);
    await bench.log.ended(100);
    expect(bench.log.of().filter(({ kind }) => kind === 'connecting')).toEqual([]);
    expect(bench.server.accepted).toBe(100);
  });
});
