import http2, { type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import net, { type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { makeCertificate } from '../../../test/clients/certificate.ts';
import { startProxy, type TestProxy } from '../../../test/clients/proxy.ts';
import { reset } from '../../../test/clients/raw-server.ts';
import { TapeLog } from '../../../test/clients/tape-log.ts';
import { body, events, text, until } from '../../../test/clients/transport-bench.ts';
import { monotonicClock } from '../../core/clock.ts';
import { tapeFlags } from '../../core/tape.ts';
import { chooseTransport } from './choose-transport.ts';
import type { Transport } from './transport.ts';

/** `socket` is what lies under the session, which keeps it to itself. */
type Conduct = (stream: ServerHttp2Stream, session: ServerHttp2Session, id: number, socket: Socket) => unknown;

const certificate = makeCertificate();
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const stream = { ':status': 200, 'content-type': 'text/event-stream' };

/** Answers event by event, each in a turn of its own. */
const answers: Conduct = async (out) => {
  out.respond(stream);
  for (const event of events) {
    if (out.destroyed) return;
    out.write(event);
    await pause(3);
  }
  out.end();
};

/** Begins an answer, and does something else before its end. */
const begins =
  (then: Conduct): Conduct =>
  (out, ...others) => {
    out.respond(stream);
    out.write(events[0]);
    setTimeout(() => out.destroyed || then(out, ...others), 4);
  };
const breaksOff: Conduct = (out) => void out.destroy(new Error('broken'));
const sendsAway: Conduct = (_, session) => session.destroyed || session.goaway(11);
const hangsUp: Conduct = (_out, _session, _id, socket) => void socket.destroy();

class Bench {
  transport!: Transport;
  readonly log = new TapeLog();
  readonly sessions: ServerHttp2Session[] = [];
  readonly requests: { headers: http2.IncomingHttpHeaders; body: string }[] = [];
  readonly #sockets: Socket[] = [];
  #server: Http2Server | net.Server | undefined;
  #proxy: TestProxy | undefined;

  async start(conduct: Conduct, { secure = true, proxied = false, settings = {} as http2.Settings } = {}) {
    const server = secure ? http2.createSecureServer({ ...certificate, settings }) : http2.createServer({ settings });
    server.on(secure ? 'secureConnection' : 'connection', (socket: Socket) => this.#sockets.push(socket));
    server.on('session', (session) => {
      this.sessions.push(session);
      session.on('error', () => {});
    });
    server.on('stream', (out, headers) => {
      out.on('error', () => {});
      let asked = '';
      out.on('data', (bytes: Buffer) => {
        asked += bytes;
      });
      out.on('end', () => {
        this.requests.push({ headers, body: asked });
        const session = out.session as ServerHttp2Session;
        const socket = this.#sockets[this.sessions.indexOf(session)] as Socket;
        conduct(out, session, Number(headers['x-request-id']), socket);
      });
    });
    await this.listen(server, secure, proxied);
  }

  async listen(server: Http2Server | net.Server, secure: boolean, proxied = false) {
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    this.#proxy = proxied ? await startProxy() : undefined;
    const { port } = server.address() as AddressInfo;
    const target = {
      url: new URL(`${secure ? 'https' : 'http'}://127.0.0.1:${port}/v1/chat/completions?key=1`),
      headers: { Authorization: 'Bearer secret' },
      http: '2',
      ...(secure && { tls: { ca: certificate.cert } }),
      ...(this.#proxy && { proxy: this.#proxy.url }),
    } as const;
    this.transport = chooseTransport(target, this.log.writer, monotonicClock(process.hrtime.bigint()), this.log);
  }

  async exchange(conduct: Conduct) {
    await this.start(conduct);
    this.transport.send(0, body);
    await this.log.ended(1);
    return this.log.end(0)!;
  }

  async close(): Promise<void> {
    await this.transport.close();
    for (const session of this.sessions) session.destroy();
    await this.#proxy?.close();
    await new Promise((resolve) => this.#server?.close(resolve));
  }
}

describe('transport in HTTP/2', () => {
  let bench = new Bench();
  afterEach(async () => {
    await bench.close();
    bench = new Bench();
  });

  it.each([
    ['TLS', { secure: true }],
    ['TLS through a proxy', { secure: true, proxied: true }],
    ['no TLS', { secure: false }],
  ])('writes everything that happens to the tape, in order, over %s', async (_, way) => {
    await bench.start(answers, way);
    bench.transport.send(0, body);
    await bench.log.ended(1);
    expect(bench.log.end(0)).toEqual({ cause: 'complete', detail: '', flags: 0 });
    expect(bench.transport.path).toBe('C');
    expect(bench.log.kinds(0).filter((kind) => kind !== 'written')).toEqual([
      'connecting',
      'connected',
      'sent',
      'head',
      'body',
      'body',
      'body',
      'end',
    ]);
    expect(bench.log.kinds(0)).toContain('written');
    expect(bench.log.body(0)).toBe(text);
    const head = bench.log.of(0).find(({ kind }) => kind === 'head');
    expect(head).toMatchObject({ extra: 200 });
    expect(head?.text).toMatch(/^HTTP\/2 200\r\n(.+\r\n)*content-type: text\/event-stream\r\n(.+\r\n)*\r\n$/);
    const stamps = bench.log.of(0).map(({ at }) => at);
    expect(stamps).toEqual([...stamps].sort((a, b) => a - b));
  });

  it('asks with the headers of the target', async () => {
    await bench.exchange(answers);
    const [request] = bench.requests;
    expect(request?.headers).toMatchObject({
      ':method': 'POST',
      ':path': '/v1/chat/completions?key=1',
      'content-type': 'application/json',
      'content-length': '16',
      authorization: 'Bearer secret',
      'x-request-id': '0',
    });
    expect(request?.body).toBe('x'.repeat(16));
  });

  it('carries many requests on one connection, and as many connections as the server wants', async () => {
    await bench.start(answers, { settings: { maxConcurrentStreams: 10 } });
    expect(await bench.transport.warm(30)).toBe(30);
    expect(bench.sessions.length).toBe(3);
    for (let request = 0; request < 30; request++) bench.transport.send(request, body);
    await bench.log.ended(30);
    for (let request = 0; request < 30; request++) {
      expect([request, bench.log.end(request)?.cause, bench.log.body(request)]).toEqual([request, 'complete', text]);
      expect(bench.log.kinds(request)).not.toContain('connecting');
    }
    expect(bench.sessions.length).toBe(3);
    bench.transport.send(30, body);
    await bench.log.ended(31);
    expect(bench.log.end(30)).toEqual({ cause: 'complete', detail: '', flags: tapeFlags.reusedConnection });
  });

  it('keeps to what the server took at a time on connections before', async () => {
    await bench.start(answers, { settings: { maxConcurrentStreams: 5 } });
    await bench.transport.warm(1);
    for (let request = 0; request < 20; request++) bench.transport.send(request, body);
    await bench.log.ended(20);
    expect(bench.sessions.length).toBe(4);
  });

  it('opens no connection for each of those that wait for one', async () => {
    await bench.start(answers);
    for (let request = 0; request < 50; request++) bench.transport.send(request, body);
    await bench.log.ended(50);
    expect(bench.sessions.length).toBe(1);
  });

  it('marks what came with the same read, with the same stamp', async () => {
    await bench.exchange(async (out) => {
      out.respond(stream);
      out.write('data: one\n\n');
      out.write('data: two\n\n');
      await pause(20);
      out.end('data: three\n\n');
    });
    const pieces = bench.log.of(0).filter(({ kind }) => kind === 'body');
    const late = pieces.at(-1)!;
    expect(late.flags & tapeFlags.sameRead).toBe(0);
    const [first, second] = pieces;
    if (pieces.length === 3) expect([second!.flags, second!.at]).toEqual([tapeFlags.sameRead, first!.at]);
    expect(late.at).toBeGreaterThan(first!.at);
  });

  it('keeps a large event whole', async () => {
    const event = `data: ${'x'.repeat(1_000_000)}\n\n`;
    expect(await bench.exchange((out) => out.end(event))).toMatchObject({ cause: 'complete' });
    expect(bench.log.body(0)).toBe(event);
  });

  it.each<[string, Conduct, object]>([
    [
      'an error without a body',
      (out) => void out.respond({ ':status': 503 }, { endStream: true }),
      { cause: 'complete', detail: '' },
    ],
    ['a stream that the server breaks off', begins(breaksOff), { cause: 'reset', detail: 'INTERNAL_ERROR' }],
    [
      'a connection that the server sends away',
      begins(sendsAway),
      { cause: 'reset', detail: 'GOAWAY ENHANCE_YOUR_CALM' },
    ],
    ['a connection that the server closes', begins(hangsUp), { cause: 'fin' }],
    [
      'a compressed answer',
      (out) => out.respond({ ...stream, 'content-encoding': 'gzip' }),
      { cause: 'protocol', detail: expect.stringContaining('compressed') },
    ],
  ])('tells %s', async (_, conduct, expected) => {
    expect(await bench.exchange(conduct)).toMatchObject(expected);
  });

  it('tells that the server reset the connection', async () => {
    let raw: Socket | undefined;
    const server = http2.createServer();
    server.on('connection', (socket: Socket) => {
      raw = socket;
    });
    server.on('session', (session) => session.on('error', () => {}));
    server.on('stream', (out) => {
      out.on('error', () => {});
      out.respond(stream);
      out.write(events[0]);
      setTimeout(() => raw && reset(raw), 10);
    });
    await bench.listen(server, false);
    bench.transport.send(0, body);
    await bench.log.ended(1);
    expect(bench.log.end(0)).toMatchObject({ cause: 'reset', detail: 'ECONNRESET' });
    expect(bench.log.body(0)).toBe(events[0]);
  });

  it('lets what is open end after a polite GOAWAY, and opens another connection', async () => {
    let polite = true;
    await bench.start((out, session, id, socket) => {
      if (polite) session.goaway(0, out.id);
      polite = false;
      void answers(out, session, id, socket);
    });
    bench.transport.send(0, body);
    await until(() => bench.log.kinds(0).includes('head'));
    bench.transport.send(1, body);
    await bench.log.ended(2);
    expect([0, 1].map((request) => [bench.log.end(request)?.cause, bench.log.body(request)])).toEqual([
      ['complete', text],
      ['complete', text],
    ]);
    expect(bench.sessions.length).toBe(2);
  });

  it('sends a request again that was refused unseen, once', async () => {
    await bench.start((out, session, id, socket) => {
      if (id === 0 && bench.requests.length === 1) out.close(7);
      else if (id === 1) out.close(7);
      else void answers(out, session, id, socket);
    });
    bench.transport.send(0, body);
    await bench.log.ended(1);
    expect(bench.log.kinds(0)).toContain('again');
    expect([bench.log.end(0)?.cause, bench.log.body(0)]).toEqual(['complete', text]);
    bench.transport.send(1, body);
    await bench.log.ended(2);
    expect(bench.log.end(1)).toMatchObject({ cause: 'reset', detail: 'REFUSED_STREAM' });
    expect(bench.log.kinds(1).filter((kind) => kind === 'again').length).toBe(1);
  });

  it('sends again what a close for idleness crossed', async () => {
    await bench.start((out, session, id, socket) => {
      if (id === 1 && bench.sessions.length === 1) socket.destroy();
      else void answers(out, session, id, socket);
    });
    bench.transport.send(0, body);
    await bench.log.ended(1);
    bench.transport.send(1, body);
    await bench.log.ended(2);
    expect(bench.log.kinds(1)).toContain('again');
    expect(bench.log.end(1)?.cause).toBe('complete');
  });

  it('aborts one stream and leaves the others alone', async () => {
    await bench.start((out, session, id, socket) => {
      if (id === 0) out.respond(stream);
      else void answers(out, session, id, socket);
    });
    bench.transport.send(0, body);
    await until(() => bench.log.kinds(0).includes('head'));
    bench.transport.send(1, body);
    bench.transport.abort(0);
    bench.transport.abort(0);
    await bench.log.ended(2);
    expect([bench.log.end(0)?.cause, bench.log.end(1)?.cause]).toEqual(['aborted', 'complete']);
    expect(bench.sessions.length).toBe(1);
  });

  it('aborts before the connection stands', async () => {
    await bench.start(answers);
    bench.transport.send(0, body);
    bench.transport.abort(0);
    await bench.log.ended(1);
    expect(bench.log.kinds(0)).toEqual(['connecting', 'end']);
  });

  it('ends whatever is open when it is closed', async () => {
    await bench.start((out) => out.respond(stream));
    for (let request = 0; request < 10; request++) bench.transport.send(request, body);
    await until(() => bench.requests.length === 10);
    await bench.transport.close();
    for (let request = 0; request < 10; request++) expect(bench.log.end(request)?.cause).toBe('aborted');
  });

  it('tells a refused connection, and warms none', async () => {
    await bench.start(answers);
    await bench.close();
    expect(await bench.transport.warm(3)).toBe(0);
    bench.transport.send(0, body);
    await bench.log.ended(1);
    expect(bench.log.end(0)).toMatchObject({ cause: 'connectFailed', detail: 'ECONNREFUSED' });
    expect(bench.log.kinds(0)).toEqual(['connecting', 'end']);
    await bench.start(answers);
  });

  it('tells a server that speaks HTTP/1.1 instead', async () => {
    const server = net.createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n'));
    });
    await bench.listen(server, false);
    bench.transport.send(0, body);
    await bench.log.ended(1);
    expect(bench.log.end(0)?.cause).toBe('protocol');
  });

  it('ends every request exactly once in a storm of faults', async () => {
    const conducts = [answers, breaksOff, begins(breaksOff), begins(sendsAway), begins(hangsUp), () => {}];
    await bench.start((out, session, id, socket) => conducts[id % conducts.length]!(out, session, id, socket));
    const aborts: NodeJS.Timeout[] = [];
    for (let request = 0; request < 180; request++) {
      bench.transport.send(request, body);
      if (request % 10 === 0) await pause(3);
      if (request % conducts.length === 5) aborts.push(setTimeout(() => bench.transport.abort(request), 5));
    }
    await bench.log.ended(180);
    // Those whose session broke have ended without.
    aborts.forEach(clearTimeout);
    for (let request = 0; request < 180; request++) expect(bench.log.end(request)).toBeDefined();
  });
});
