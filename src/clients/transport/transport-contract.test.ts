import type { Socket } from 'node:net';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Certificate, makeCertificate } from '../../../test/clients/certificate.ts';
import { startProxy, type TestProxy } from '../../../test/clients/proxy.ts';
import {
  type Conduct,
  chunk,
  chunked,
  drip,
  type RawServer,
  type RawServerOptions,
  rawServer,
  reset,
} from '../../../test/clients/raw-server.ts';
import { TapeLog } from '../../../test/clients/tape-log.ts';
import { monotonicClock } from '../../core/clock.ts';
import { type EndCause, tapeFlags } from '../../core/tape.ts';
import { chooseTransport, userStampedTransport } from './choose-transport.ts';
import { stampedReader } from './stamped-reader.ts';
import type { Transport, TransportFactory, TransportTarget } from './transport.ts';

vi.setConfig({ testTimeout: 30_000 });

interface Way {
  readonly name: string;
  readonly path: string;
  readonly secure: boolean;
  readonly proxied: boolean;
  readonly create: TransportFactory;
}

const ways: Way[] = [
  { name: 'plain, stamped by us', path: 'B', secure: false, proxied: false, create: userStampedTransport },
  ...(stampedReader()
    ? [{ name: 'plain, stamped by the kernel', path: 'A', secure: false, proxied: false, create: chooseTransport }]
    : []),
  { name: 'TLS', path: 'C', secure: true, proxied: false, create: chooseTransport },
  { name: 'plain through a proxy', path: 'C', secure: false, proxied: true, create: chooseTransport },
  { name: 'TLS through a proxy', path: 'C', secure: true, proxied: true, create: chooseTransport },
];

let certificate: Certificate;
beforeAll(() => {
  certificate = makeCertificate();
});

const body = new Uint8Array(new SharedArrayBuffer(16)).fill(120);
const events = ['data: one\n\n', 'data: two\n\n', 'data: [DONE]\n\n'];
const answer = chunked(events);
const text = events.join('');

describe.each(ways)('transport, $name', ({ path, secure, proxied, create }) => {
  let server: RawServer;
  let proxy: TestProxy | undefined;
  let transport: Transport;
  let log: TapeLog;
  let onEnd: ((request: number, cause: EndCause) => void) | undefined;

  async function start(conduct: Conduct, options: RawServerOptions = {}): Promise<void> {
    server = await rawServer(conduct, { ...options, ...(secure && { certificate }) });
    proxy = proxied ? await startProxy() : undefined;
    log = new TapeLog();
    const target: TransportTarget = {
      url: new URL(`${secure ? 'https' : 'http'}://127.0.0.1:${server.port}/v1/chat/completions?key=1`),
      headers: { authorization: 'Bearer secret' },
      ...(secure && { tls: { ca: certificate.cert } }),
      ...(proxy && { proxy: proxy.url }),
    };
    transport = create(target, log.writer, monotonicClock(process.hrtime.bigint()), {
      onEnd(request, cause) {
        log.onEnd(request, cause);
        onEnd?.(request, cause);
      },
    });
  }

  afterEach(async () => {
    onEnd = undefined;
    await transport.close();
    await server.close();
    await proxy?.close();
  });

  /** Sends request 0 to a server of this conduct and waits for its end. */
  async function exchange(conduct: Conduct): Promise<{ cause: string; detail: string }> {
    await start(conduct);
    transport.send(0, body);
    await log.ended(1);
    return log.end(0)!;
  }

  const writes =
    (...parts: (string | Buffer)[]): Conduct =>
    (socket) =>
      void drip(socket, parts);

  it('writes everything that happens to the tape, in order', async () => {
    const { cause, detail } = await exchange(writes(answer));
    expect({ cause, detail, path: transport.path }).toEqual({ cause: 'complete', detail: '', path });
    expect(new Set(log.kinds(0))).toEqual(
      new Set(['connecting', 'connected', 'sent', 'written', 'head', 'body', 'end']),
    );
    const entries = log.of(0).filter(({ kind }) => kind !== 'written');
    expect(entries.map(({ kind }) => kind)).toEqual([
      'connecting',
      'connected',
      'sent',
      'head',
      'body',
      'body',
      'body',
      'end',
    ]);
    expect(log.body(0)).toBe(text);
    const [, , sent, head] = entries;
    expect(head).toMatchObject({ extra: 200, text: answer.slice(0, answer.indexOf('\r\n\r\n') + 4) });
    expect(sent!.flags & tapeFlags.reusedConnection).toBe(0);
    const stamps = entries.map(({ at }) => at);
    expect(stamps).toEqual([...stamps].sort((a, b) => a - b));
  });

  it('asks as HTTP wants it, with the headers of the target', async () => {
    await exchange(writes(answer));
    const [request] = server.requests;
    expect(request?.head).toMatch(/^POST \S*\/v1\/chat\/completions\?key=1 HTTP\/1\.1\r\n/);
    const head = request?.head.toLowerCase();
    for (const field of [`host: 127.0.0.1:${server.port}`, 'authorization: bearer secret', 'x-request-id: 0']) {
      expect(head).toContain(field);
    }
    expect(head).toContain('content-type: application/json');
    expect(request?.body.toString()).toBe('x'.repeat(16));
  });

  it('reads a response cut at any byte', async () => {
    const wire = Buffer.from(answer);
    await start(
      (socket, { turn }) =>
        void drip(
          socket,
          [wire.subarray(0, turn), wire.subarray(turn)].filter((p) => p.length > 0),
        ),
    );
    for (let turn = 0; turn < wire.length; turn++) {
      transport.send(turn, body);
      await log.ended(turn + 1);
      expect([turn, log.end(turn)?.cause, log.body(turn)]).toEqual([turn, 'complete', text]);
    }
    expect(server.accepted).toBe(1);
  });

  it('reads a response that comes byte by byte', async () => {
    expect(await exchange(writes(...[...answer].map(String)))).toMatchObject({ cause: 'complete' });
    expect(log.body(0)).toBe(text);
  });

  it('marks what came with the same read, with the same stamp', async () => {
    const piecesSoFar = () => log.of(0).filter(({ kind }) => kind === 'body');
    await exchange(async (socket) => {
      socket.write(answer.slice(0, answer.indexOf('\r\n\r\n') + 4));
      await until(() => log.kinds(0).includes('head'));
      socket.write(`${chunk('a')}${chunk('b')}`);
      await until(() => piecesSoFar().length === 2);
      socket.write(`${chunk('c')}0\r\n\r\n`);
    });
    const [a, b, c] = piecesSoFar();
    expect([a, b, c].map((piece) => piece!.flags & tapeFlags.sameRead)).toEqual([0, tapeFlags.sameRead, 0]);
    expect(b!.at).toBe(a!.at);
    expect(c!.at).toBeGreaterThan(b!.at);
  });

  it('keeps a large event whole', async () => {
    const event = `data: ${'x'.repeat(1_000_000)}\n\n`;
    expect(await exchange((socket) => void socket.write(chunked([event])))).toMatchObject({ cause: 'complete' });
    expect(log.body(0)).toBe(event);
  });

  it('uses a connection again, the last one first, and says so', async () => {
    await start(writes(answer));
    transport.send(0, body);
    transport.send(1, body);
    await log.ended(2);
    expect(server.accepted).toBe(2);
    transport.send(2, body);
    await log.ended(3);
    expect(server.accepted).toBe(2);
    expect(log.kinds(2)[0]).toBe('sent');
    expect(log.of(2)[0]!.flags & tapeFlags.reusedConnection).toBeTruthy();
    expect(log.end(2)!.flags & tapeFlags.reusedConnection).toBeTruthy();
  });

  it('lets who hears of an end send again on the same connection', async () => {
    await start(writes(answer));
    onEnd = (request) => {
      if (request < 5) transport.send(request + 1, body);
    };
    transport.send(0, body);
    await log.ended(6);
    expect(server.accepted).toBe(1);
    expect(log.body(5)).toBe(text);
  });

  it('does not use a connection again that the server wants closed', async () => {
    await start((socket) => void socket.write(chunked(events, 'connection: close\r\n')));
    for (const request of [0, 1]) {
      transport.send(request, body);
      await log.ended(request + 1);
    }
    expect(log.end(1)?.cause).toBe('complete');
    expect(server.accepted).toBe(2);
  });

  it('opens a fresh connection when the idle one was closed', async () => {
    await start((socket) => void socket.end(answer));
    transport.send(0, body);
    await log.ended(1);
    await until(() => server.sockets.size === 0);
    await new Promise((resolve) => setTimeout(resolve, 150));
    transport.send(1, body);
    await log.ended(2);
    expect(log.end(1)?.cause).toBe('complete');
    expect(log.kinds(1)[0]).toBe('connecting');
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
    await start(keepsNone(hangUp));
    for (const request of [0, 1]) {
      transport.send(request, body);
      await log.ended(request + 1);
    }
    expect(log.end(1)?.cause).toBe('complete');
    expect(log.body(1)).toBe(text);
    expect(log.kinds(1).filter((kind) => kind !== 'body' && kind !== 'written')).toEqual([
      'sent',
      'again',
      'connecting',
      'connected',
      'sent',
      'head',
      'end',
    ]);
    expect(server.requests.at(-1)?.body).toEqual(Buffer.from(body));
  });

  it('does not send again what failed on a new connection, nor what had begun to be answered', async () => {
    await start((socket, { turn }) => void (turn === 0 ? socket.write(answer) : socket.end('HTTP/1.1 200')));
    for (const request of [0, 1]) {
      transport.send(request, body);
      await log.ended(request + 1);
    }
    expect(log.end(1)?.cause).toBe('fin');
    expect(log.kinds(1)).not.toContain('again');
    expect(server.requests).toHaveLength(2);
  });

  it('stops keeping connections that the server never keeps', async () => {
    await start(keepsNone((socket) => socket.end()));
    const count = 12;
    for (let request = 0; request < count; request++) {
      transport.send(request, body);
      await log.ended(request + 1);
    }
    expect(Array.from({ length: count }, (_, request) => log.end(request)?.cause)).toEqual(
      Array(count).fill('complete'),
    );
    expect(log.of().filter(({ kind }) => kind === 'again')).toHaveLength(3);
  });

  it('drops a connection on which something comes unasked', async () => {
    await start((socket) => void drip(socket, [answer, 'HTTP/1.1 408 Request Timeout\r\n\r\n']));
    transport.send(0, body);
    await log.ended(1);
    await until(() => server.sockets.size === 0);
    transport.send(1, body);
    await log.ended(2);
    expect(log.end(1)?.cause).toBe('complete');
    expect(server.accepted).toBe(2);
  });

  it.each([
    ['an interim response', `HTTP/1.1 100 Continue\r\n\r\n${answer}`, text],
    ['trailers', answer.replace(/\r\n$/, 'x-late: 1\r\n\r\n'), text],
    ['version 1.0 until the close', `HTTP/1.0 200 OK\r\n\r\n${text}`, text],
    ['a length', `HTTP/1.1 200 OK\r\ncontent-length: ${text.length}\r\n\r\n${text}`, text],
    ['a length that is too short', `HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n${text}`, 'data: one'],
    ['an error', 'HTTP/1.1 503 No\r\ncontent-length: 4\r\n\r\nbusy', 'busy'],
  ])('completes with %s', async (_, wire, expected) => {
    expect(await exchange((socket) => void socket.end(wire))).toMatchObject({ cause: 'complete' });
    expect(log.body(0)).toBe(expected);
  });

  it('ends a response by the close of the connection, at once', async () => {
    await start((socket) => void socket.end(`HTTP/1.1 200 OK\r\n\r\n${text}`));
    transport.send(0, body);
    await log.ended(1);
    expect([log.end(0)?.cause, log.body(0)]).toEqual(['complete', text]);
  });

  it.each([
    ['in mid-event', answer.slice(0, -22)],
    ['before the last chunk', answer.slice(0, -5)],
    ['before the length is reached', `HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n${text}`],
    ['in mid-head', answer.slice(0, 20)],
  ])('tells that the server closed %s', async (_, wire) => {
    expect(await exchange((socket) => void socket.end(wire))).toEqual({ cause: 'fin', detail: '', flags: 0 });
  });

  it('tells that the server reset the connection', async () => {
    const { cause, detail } = await exchange(
      (socket) => void drip(socket, [answer.slice(0, -22)]).then(() => reset(socket)),
    );
    // A proxy and TLS may turn the reset into a close.
    expect(secure || proxied ? ['reset', 'fin'] : ['reset']).toContain(cause);
    if (cause === 'reset') expect(detail).toMatch(/ECONNRESET|EPIPE/);
    expect(log.body(0)).toContain('data: one');
  });

  it('tells that the server hung up without a word', async () => {
    const { cause } = await exchange((socket) => socket.destroy());
    expect(['fin', 'reset']).toContain(cause);
    expect(log.kinds(0)).not.toContain('head');
  });

  it.each([
    ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n', /HTTP/],
    ['a chunk size that is none', answer.replace('\r\nb\r\n', '\r\nzz\r\n'), /chunk size/],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n', /content-length/],
  ])('tells %s', async (_, wire, says) => {
    const { cause, detail } = await exchange(writes(wire));
    expect(cause).toBe('protocol');
    expect(detail).toMatch(says);
  });

  it('tells a refused connection, and warms none', async () => {
    await start(writes(answer));
    await server.close();
    expect(await transport.warm(3)).toBe(proxied && !secure ? 3 : 0);
    transport.send(0, body);
    await log.ended(1);
    if (proxied && !secure) {
      expect(log.of(0).find(({ kind }) => kind === 'head')?.extra).toBe(502);
      return;
    }
    expect(log.end(0)).toMatchObject({
      cause: 'connectFailed',
      detail: proxied ? 'proxy answered 502' : 'ECONNREFUSED',
    });
    expect(log.kinds(0)).toEqual(['connecting', 'end']);
  });

  it('opens connections ahead, and sends on them without opening more', async () => {
    await start(writes(answer));
    expect(await transport.warm(100)).toBe(100);
    // Plain proxies connect to the server with the first request only.
    if (!proxied || secure) await until(() => server.accepted === 100);
    for (let request = 0; request < 100; request++) transport.send(request, body);
    await log.ended(100);
    expect(log.of().filter(({ kind }) => kind === 'connecting')).toEqual([]);
    expect(server.accepted).toBe(100);
  });

  it('aborts a silent request, once', async () => {
    await start(() => {});
    transport.send(0, body);
    await until(() => server.requests.length === 1);
    transport.abort(0);
    transport.abort(0);
    transport.abort(7);
    await log.ended(1);
    expect(log.end(0)).toMatchObject({ cause: 'aborted' });
    await until(() => server.sockets.size === 0);
  });

  it('aborts in mid-answer, and leaves the others alone', async () => {
    await start((socket, request) => {
      if (request.head.includes('x-request-id: 0')) socket.write(answer.slice(0, -22));
      else void drip(socket, [answer.slice(0, -22), answer.slice(-22)]);
    });
    transport.send(0, body);
    await until(() => log.kinds(0).includes('body'));
    transport.send(1, body);
    transport.abort(0);
    await log.ended(2);
    expect([log.end(0)?.cause, log.end(1)?.cause]).toEqual(['aborted', 'complete']);
  });

  it('aborts before the connection stands', async () => {
    await start(writes(answer));
    transport.send(0, body);
    transport.abort(0);
    await log.ended(1);
    expect(log.kinds(0)).toEqual(['connecting', 'end']);
    transport.send(1, body);
    await log.ended(2);
    expect(log.end(1)?.cause).toBe('complete');
  });

  it('takes an answer that comes before the request is written', async () => {
    await start(() => {}, {
      onConnection(socket) {
        socket.once('data', () => {
          socket.pause();
          socket.write('HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n');
        });
      },
    });
    transport.send(0, new Uint8Array(16_000_000));
    await log.ended(1);
    expect(log.end(0)?.cause).toBe('complete');
    expect(log.kinds(0)).not.toContain('written');
    expect(log.of(0).find(({ kind }) => kind === 'head')?.extra).toBe(413);
  });

  it('ends whatever is open when it is closed', async () => {
    await start(() => {});
    for (let request = 0; request < 10; request++) transport.send(request, body);
    await until(() => server.requests.length === 10);
    transport.send(10, body);
    await transport.close();
    for (let request = 0; request <= 10; request++) expect(log.end(request)?.cause).toBe('aborted');
  });

  it('ends every request exactly once in a storm of faults', async () => {
    const conducts: Conduct[] = [
      writes(answer),
      (socket) => void socket.end(answer.slice(0, 60)),
      (socket) => socket.destroy(),
      (socket) => void drip(socket, [answer.slice(0, 80)]).then(() => reset(socket)),
      (socket) => void socket.write('nonsense\r\n\r\n'),
      (socket) => void socket.write(chunked(events, 'connection: close\r\n')),
      () => {},
    ];
    await start((socket, { head }) => {
      const id = Number(/x-request-id: (\d+)/.exec(head)?.[1]);
      conducts[id % conducts.length]!(socket, { head, body: Buffer.alloc(0), turn: 0 });
    });
    for (let request = 0; request < 210; request++) {
      transport.send(request, body);
      if (request % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
      if (request % conducts.length === 6) setTimeout(() => transport.abort(request), 5);
    }
    await log.ended(210);
    for (let request = 0; request < 210; request++) {
      const cause = log.end(request)?.cause;
      if (request % conducts.length === 6) expect(cause).toBe('aborted');
      else if (request % conducts.length === 4) expect(['protocol', 'fin', 'reset']).toContain(cause);
      else expect(['complete', 'fin', 'reset']).toContain(cause);
    }
  });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}
