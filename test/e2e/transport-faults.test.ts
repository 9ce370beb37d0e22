import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outcomeClass, type RequestRecord } from '../../src/core/record.ts';
import type { SourceRequest } from '../../src/selftest/request-reader.ts';
import type { RawConnection } from '../../src/system/raw-connection.ts';
import { RawServer, type RawServerOptions } from '../../src/system/raw-server.ts';
import { type Certificate, makeCertificate } from '../clients/certificate.ts';
import { startProxy, type TestProxy } from '../clients/proxy.ts';
import { type LineOptions, openLine, type RawLine } from '../clients/raw-line.ts';
import {
  type Expected,
  noFault,
  type TransportFault,
  tokensOfAnswer,
  transportFaults,
  wholeAnswer,
} from '../clients/transport-faults.ts';
import { recordsFrom, type Sent } from './bare-instrument.ts';

interface Way {
  readonly name: string;
  readonly path: string;
  readonly secure?: true;
  readonly proxied?: true;
  readonly stamps?: 'user';
}

const ways: readonly Way[] = [
  { name: 'A, plain, stamped by the kernel', path: 'A' },
  { name: 'B, plain, stamped by user space', path: 'B', stamps: 'user' },
  { name: 'C, TLS', path: 'C', secure: true },
  { name: 'C, plain through a proxy', path: 'C', proxied: true },
  { name: 'C, TLS through a proxy', path: 'C', secure: true, proxied: true },
];

const millisecond = 1e6;
const ns = (value: number) => value as never;
const patience = ns(1500 * millisecond);
const smallBody = '{"stream":true}';
/** More than the buffers of both sides hold. */
const largeBody = JSON.stringify({ stream: true, padding: 'x'.repeat(8_000_000) });

interface Load {
  readonly way: Way;
  readonly port: number;
  readonly requests: readonly { readonly body: string; readonly due: number }[];
  readonly timeouts?: NonNullable<Sent['timeouts']>;
  readonly ca?: string;
  readonly host?: string;
}

let certificate: Certificate;
let proxy: TestProxy;

beforeAll(async () => {
  certificate = makeCertificate();
  proxy = await startProxy();
});
afterAll(() => proxy.close());

/** Sends the requests and reads the records back. */
const recordsOf = ({ way, port, requests, timeouts, ca, host = '127.0.0.1' }: Load): Promise<RequestRecord[]> =>
  recordsFrom({
    target: {
      url: `${way.secure ? 'https' : 'http'}://${host}:${port}/v1/chat/completions`,
      headers: {},
      ...(way.secure && { tls: { ca: ca ?? certificate.cert } }),
      ...(way.proxied && { proxy: proxy.url.href }),
      ...(way.stamps && { stamps: way.stamps }),
    },
    path: way.path,
    requests,
    tokens: tokensOfAnswer,
    ...(timeouts && { timeouts }),
  });

const securityOf = ({ secure }: Way): LineOptions => (secure ? { certificate } : {});

function rawServer(options: RawServerOptions): RawServer {
  const server = RawServer.start(options);
  if (!server) throw new Error('needs Linux and the package koffi');
  return server;
}

const expectOutcome = (record: RequestRecord | undefined, expected: Expected): void => {
  const outcome = record && outcomeClass(record.outcome);
  if (typeof expected === 'string') expect(outcome).toBe(expected);
  else expect(outcome).toMatch(expected);
};

/** Silences have runs of their own, so that what is slow on a busy machine never looks like one. */
const patienceFor: readonly { readonly outcome: RegExp; readonly timeouts: Load['timeouts'] }[] = [
  { outcome: /^timeout first-token/, timeouts: { firstToken: patience } },
  { outcome: /^timeout between-tokens/, timeouts: { betweenTokens: patience } },
  { outcome: /^(?!timeout)/, timeouts: {} },
];

describe.each(ways)('faults of a request, path $name', (way) => {
  /** On connections that their servers may have closed meanwhile. */
  const afterwards = 12;
  const records = new Map<TransportFault, RequestRecord>();
  let later: readonly RequestRecord[] = [];

  /** Each request of a run has a fault, named by its id; what comes afterwards has none. */
  async function runWith({ outcome, timeouts }: (typeof patienceFor)[number]): Promise<void> {
    const faults = transportFaults.filter((fault) => outcome.test(`${fault.outcome}`));
    const act = (line: RawLine, { id }: SourceRequest): unknown => (faults[id] ?? noFault).act(line);
    const server = rawServer({ serve: (connection) => openLine(connection, act, securityOf(way)) });
    const faulty = faults.map((_, i) => ({ body: smallBody, due: 15 * i }));
    const faultless = Array.from({ length: afterwards }, (_, i) => ({ body: smallBody, due: 1500 + 20 * i }));
    const whole = timeouts === patienceFor.at(-1)?.timeouts;
    try {
      const requests = [...faulty, ...(whole ? faultless : [])];
      const found = await recordsOf({ way, port: server.port, requests, ...(timeouts && { timeouts }) });
      for (const [i, fault] of faults.entries()) if (found[i]) records.set(fault, found[i]);
      if (whole) later = found.slice(faults.length);
    } finally {
      await server.close();
    }
  }

  beforeAll(async () => {
    await Promise.all(patienceFor.map(runWith));
  }, 180_000);

  it.each(transportFaults)('$name: $outcome', (fault) => {
    const record = records.get(fault);
    expectOutcome(record, way.path === 'C' ? (fault.outcomeOnC ?? fault.outcome) : fault.outcome);
    expect(record?.output.total ?? 0).toBe(fault.tokens);
    expect(Array.from(record?.chunks.tokens ?? []).reduce((sum, count) => sum + count, 0)).toBe(fault.tokens);
  });

  it('what comes after is completed, on connections kept or new', () => {
    expect(later.map(({ outcome }) => outcomeClass(outcome))).toEqual(Array(afterwards).fill('completed'));
  });
});

const one = [{ body: smallBody, due: 0 }];

describe.concurrent.each(ways.filter(({ proxied }) => !proxied))('a window of zero, path $name', (way) => {
  /** Reads no more once a request has begun, for so many milliseconds. */
  async function stopsReading(
    milliseconds: number,
    timeouts: Load['timeouts'] = {},
  ): Promise<RequestRecord | undefined> {
    const server = rawServer({
      receiveBuffer: 64 * 1024,
      serve: (connection) => {
        let began = false;
        const onHead = async (): Promise<void> => {
          if (began) return;
          began = true;
          connection.reads = false;
          await sleep(milliseconds, undefined, { ref: false });
          connection.reads = true;
        };
        openLine(connection, (line) => line.send(wholeAnswer), { ...securityOf(way), onHead });
      },
    });
    try {
      const requests = [{ body: largeBody, due: 0 }];
      return (await recordsOf({ way, port: server.port, requests, timeouts }))[0];
    } finally {
      await server.close();
    }
  }

  it('for a while: completed', async () => {
    expectOutcome(await stopsReading(400), 'completed');
  });

  it('for ever: timeout first-token', async () => {
    expectOutcome(await stopsReading(60_000, { firstToken: patience }), 'timeout first-token');
  });
});

const answers =
  (options: LineOptions) =>
  (connection: RawConnection): void =>
    openLine(connection, (line) => line.send(wholeAnswer), options);

/** The record of one request to a server that ends with it. */
async function recordOn(server: RawServer, load: Omit<Load, 'port' | 'requests'>): Promise<RequestRecord | undefined> {
  try {
    const [record] = await recordsOf({ ...load, port: server.port, requests: one });
    return record;
  } finally {
    await server.close();
  }
}

describe.concurrent.each(ways)('faults of a connection, path $name', (way) => {
  /** Plain requests go to the proxy, which has to tell that the server is not there. */
  const proxyTells = way.proxied && !way.secure;

  it('refused', async () => {
    const server = rawServer({});
    await server.close();
    const [record] = await recordsOf({ way, port: server.port, requests: one });
    expectOutcome(record, proxyTells ? 'http 502' : 'network ECONNREFUSED');
  });

  it.each(['close', 'reset'] as const)('accepted, then %s', async (end) => {
    const record = await recordOn(rawServer({ serve: (connection) => connection[end]() }), { way });
    expectOutcome(record, proxyTells ? /^(network |http 502)/ : /^network /);
  });

  it('a full backlog: the connection never stands', async () => {
    const server = rawServer({ backlog: 0 });
    const inside = net.connect({ host: '127.0.0.1', port: server.port });
    await new Promise((resolve) => inside.once('connect', resolve));
    const record = await recordOn(server, { way, timeouts: { connect: patience, firstToken: patience } });
    inside.destroy();
    expectOutcome(record, proxyTells ? 'timeout first-token' : 'timeout connect');
  });

  it('accepted and left alone for a while, TLS handshake and all: completed', async () => {
    const serve = (connection: RawConnection): void => {
      answers(securityOf(way))(connection);
      setTimeout(() => {
        connection.reads = true;
      }, 500);
    };
    expectOutcome(await recordOn(rawServer({ reads: false, serve }), { way }), 'completed');
  });
});

describe.concurrent('faults of TLS, path C', () => {
  const way: Way = { name: 'TLS', path: 'C', secure: true };
  const served = (theirs: Certificate, ca = theirs.cert) =>
    recordOn(rawServer({ serve: answers({ certificate: theirs }) }), { way, ca });

  it('a certificate that nobody vouches for', async () => {
    expectOutcome(await served(makeCertificate(), certificate.cert), /^network .*CERT/);
  });

  it('a certificate for another name', async () => {
    expectOutcome(await served(makeCertificate('DNS:elsewhere.test')), /^network .*ALTNAME/);
  });

  it('a certificate that has expired', async () => {
    expectOutcome(await served(makeCertificate(undefined, true)), /^network .*EXPIRED/);
  });

  it('a handshake in which the server says nothing', async () => {
    const timeouts = { connect: patience };
    expectOutcome(await recordOn(rawServer({ serve: () => {} }), { way, timeouts }), 'timeout connect');
  });

  it('a handshake that comes byte by byte', async () => {
    const server = rawServer({ serve: answers({ certificate, dripping: true }) });
    expectOutcome(await recordOn(server, { way }), 'completed');
  });
});

describe.concurrent.each(ways.filter(({ proxied }) => !proxied))('a server on IPv6 alone, path $name', (way) => {
  it('is found', async () => {
    const server = rawServer({ host: '::1', serve: answers(securityOf(way)) });
    expectOutcome(await recordOn(server, { way, host: '[::1]' }), 'completed');
  });
});
