import type { ArmedMemory } from '../../src/clients/transport/armed-memory.ts';
import { chooseTransport, userStampedTransport } from '../../src/clients/transport/choose-transport.ts';
import { stampedReader } from '../../src/clients/transport/stamped-reader.ts';
import type { Transport, TransportFactory } from '../../src/clients/transport/transport.ts';
import { monotonicClock } from '../../src/core/clock.ts';
import type { EndCause } from '../../src/core/tape.ts';
import { type Certificate, makeCertificate } from './certificate.ts';
import { startProxy, type TestProxy } from './proxy.ts';
import { type Conduct, chunked, drip, type RawServer, type RawServerOptions, rawServer } from './raw-server.ts';
import { TapeLog } from './tape-log.ts';

/** A way from the client to the server. */
export interface Way {
  readonly name: string;
  readonly path: string;
  readonly secure: boolean;
  readonly proxied: boolean;
  readonly create: TransportFactory;
}

export const ways: readonly Way[] = [
  { name: 'plain, stamped by us', path: 'B', secure: false, proxied: false, create: userStampedTransport },
  ...(stampedReader()
    ? [{ name: 'plain, stamped by the kernel', path: 'A', secure: false, proxied: false, create: chooseTransport }]
    : []),
  { name: 'TLS', path: 'C', secure: true, proxied: false, create: chooseTransport },
  { name: 'plain through a proxy', path: 'C', secure: false, proxied: true, create: chooseTransport },
  { name: 'TLS through a proxy', path: 'C', secure: true, proxied: true, create: chooseTransport },
];

export const body = new Uint8Array(new SharedArrayBuffer(16)).fill(120);
export const events = ['data: one\n\n', 'data: two\n\n', 'data: [DONE]\n\n'];
export const answer = chunked(events);
export const text = events.join('');

/** Writes the parts one after the other, whatever is asked. */
export const writes =
  (...parts: (string | Buffer)[]): Conduct =>
  (socket) =>
    void drip(socket, parts);

let certificate: Certificate | undefined;

/** A transport on one of the ways, a server of any conduct at its other end, and the tape between. */
export class TransportBench {
  server!: RawServer;
  transport!: Transport;
  log!: TapeLog;
  /** Hears of every end, after the log. */
  onEnd: ((request: number, cause: EndCause) => void) | undefined;
  /** Shared with whoever sends what the transport is too late for. */
  armed: ArmedMemory | undefined;
  readonly clock = monotonicClock(process.hrtime.bigint());
  readonly #way: Way;
  #proxy: TestProxy | undefined;

  constructor(way: Way) {
    this.#way = way;
  }

  async start(conduct: Conduct, options: RawServerOptions = {}): Promise<void> {
    const { secure, proxied, create } = this.#way;
    certificate ??= makeCertificate();
    this.server = await rawServer(conduct, { ...options, ...(secure && { certificate }) });
    this.#proxy = proxied ? await startProxy() : undefined;
    const log = new TapeLog();
    this.log = log;
    const target = {
      url: new URL(`${secure ? 'https' : 'http'}://127.0.0.1:${this.server.port}/v1/chat/completions?key=1`),
      headers: { authorization: 'Bearer secret' },
      ...(secure && { tls: { ca: certificate.cert } }),
      ...(this.#proxy && { proxy: this.#proxy.url }),
    };
    const events = {
      onEnd: (request: number, cause: EndCause) => {
        log.onEnd(request, cause);
        this.onEnd?.(request, cause);
      },
    };
    this.transport = create(target, log.writer, this.clock, events, this.armed);
  }

  /** Sends request 0 to a server of this conduct and waits for its end. */
  async exchange(conduct: Conduct): Promise<{ cause: string; detail: string }> {
    await this.start(conduct);
    this.transport.send(0, body);
    await this.log.ended(1);
    return this.log.end(0)!;
  }

  async close(): Promise<void> {
    this.onEnd = undefined;
    await this.transport.close();
    await this.server.close();
    await this.#proxy?.close();
  }
}

export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}
