import type { Clock } from '../../core/clock.ts';
import { endCauses, type TapeWriter } from '../../core/tape.ts';
import { seconds } from '../../core/units.ts';
import type { ArmedSends } from './armed-sends.ts';
import { Connection, type ConnectionOwner } from './connection.ts';
import { dialTo } from './dial.ts';
import type { DirectWriter } from './direct-writer.ts';
import { type LostPacketFacts, LostPackets } from './lost-packets.ts';
import type { ReadStamper } from './read-stamper.ts';
import { basicCredentials, RequestHead } from './request-head.ts';
import type { Transport, TransportEvents, TransportPath, TransportTarget } from './transport.ts';

/** So many are opened at a time: more would fill the listen queue of common servers. */
const openAtOnce = 64;
/** A connection that died younger and unused is not replaced: a server that hangs up on everyone is left alone. */
const replaceAfter = seconds(1);
/** So many requests went unheard on kept connections before the server's promise to keep them is doubted. */
const doubtAfter = 3;
const nothing = new Uint8Array();

export interface Stamps {
  readonly path: TransportPath;
  readonly stamper: ReadStamper;
  readonly writer?: DirectWriter;
  readonly armed?: ArmedSends;
}

/**
 * A pool of connections over Node's sockets. The paths differ in who stamps the reads (the kernel
 * or we) and in what lies under the bytes (TLS, a proxy), not in how they are read.
 */
export class SocketTransport implements Transport {
  readonly path: TransportPath;
  readonly #owner: ConnectionOwner;
  readonly #clock: Clock;
  readonly #all = new Set<Connection>();
  /** Last used, first taken: the one least likely to have been closed for idleness. */
  readonly #idle: Connection[] = [];
  readonly #carriers = new Map<number, Connection>();
  /** Connections on which a request waits for its time, in the order in which they were armed. */
  readonly #armed = new Map<number, Connection>();
  readonly #warming = new Map<Connection, () => void>();
  #keepOpen = 0;
  /** Requests sent on a kept connection: those that were answered, and those that the server's close crossed. */
  #heard = 0;
  #unheard = 0;
  #closing = false;

  constructor(
    target: TransportTarget,
    tape: TapeWriter,
    clock: Clock,
    events: TransportEvents,
    { path, stamper, writer, armed }: Stamps,
  ) {
    const throughProxy = target.proxy !== undefined && target.url.protocol === 'http:';
    this.path = path;
    this.#clock = clock;
    this.#owner = {
      dial: dialTo(target),
      head: new RequestHead(target, throughProxy ? proxyHeaders(target.proxy) : {}, throughProxy),
      tape,
      clock,
      stamper,
      lost: new LostPackets(),
      ...(writer && { writer }),
      ...(armed && { armed }),
      onRead: () => events.onRead?.(),
      onIdle: (connection) => this.#onIdle(connection),
      onClosed: (connection) => this.#onClosed(connection),
      onEnd: (request, cause) => {
        this.#carriers.delete(request);
        events.onEnd(request, cause);
      },
      onDisarmed: (request) => this.#armed.delete(request),
      onUnheard: (request, body) => {
        this.#unheard++;
        this.#sendOnNew(request, body);
      },
    };
  }

  async warm(connections: number): Promise<number> {
    this.#keepOpen = connections;
    this.#owner.armed?.rehearse(this.#owner.head);
    while (this.#all.size < connections && !this.#closing) {
      const before = this.#all.size;
      const wave = Math.min(openAtOnce, connections - before);
      await Promise.all(Array.from({ length: wave }, () => this.#open()));
      // Refused: asking again would not help.
      if (this.#all.size < before + wave) break;
    }
    return this.#idle.length;
  }

  arm(request: number, body: Uint8Array, due: number): boolean {
    const connection = this.#owner.armed && this.#takeIdle();
    if (!connection) return false;
    const armed = connection.arm(request, body, due);
    if (armed) this.#armed.set(request, connection);
    else this.#idle.push(connection);
    return armed;
  }

  recall(): number[] {
    const left: number[] = [];
    for (const [request, connection] of this.#armed) {
      if (connection.recall()) this.#idle.push(connection);
      else {
        this.send(request, nothing);
        left.push(request);
      }
    }
    this.#armed.clear();
    return left;
  }

  send(request: number, body: Uint8Array): void {
    const armed = this.#armed.get(request);
    if (armed) {
      this.#armed.delete(request);
      this.#carriers.set(request, armed);
      armed.depart();
      return;
    }
    const connection = this.#takeIdle() ?? this.#disarmOne();
    if (!connection) return this.#sendOnNew(request, body);
    this.#carriers.set(request, connection);
    connection.send(request, body);
  }

  #sendOnNew(request: number, body: Uint8Array): void {
    const fresh = new Connection(this.#owner, request, body);
    this.#all.add(fresh);
    this.#carriers.set(request, fresh);
  }

  lostPackets(): LostPacketFacts | undefined {
    return this.#owner.lost.facts();
  }

  abort(request: number): void {
    this.#carriers.get(request)?.close(endCauses.aborted);
  }

  async close(): Promise<void> {
    this.#closing = true;
    for (const connection of this.#all) connection.close(endCauses.aborted);
  }

  #open(): Promise<void> {
    return new Promise((resolve) => {
      const connection = new Connection(this.#owner);
      this.#all.add(connection);
      this.#warming.set(connection, resolve);
    });
  }

  #takeIdle(): Connection | undefined {
    for (;;) {
      const connection = this.#idle.pop();
      if (!connection || connection.ready) return connection;
      connection.close(endCauses.fin);
    }
  }

  /** A connection whose request has time left; that one will find another. */
  #disarmOne(): Connection | undefined {
    let last: number | undefined;
    for (const request of this.#armed.keys()) last = request;
    const connection = last === undefined ? undefined : this.#armed.get(last);
    if (last === undefined || !connection?.recall()) return undefined;
    this.#armed.delete(last);
    return connection;
  }

  #onIdle(connection: Connection): void {
    if (connection.carried > 1) this.#heard++;
    if (connection.carried > 0 && this.#keepsNone) return this.#retire(connection);
    this.#idle.push(connection);
    this.#settle(connection);
  }

  /** Some servers promise to keep a connection and close it after every answer. */
  get #keepsNone(): boolean {
    return this.#unheard >= doubtAfter && this.#unheard > this.#heard;
  }

  #retire(connection: Connection): void {
    connection.close(endCauses.complete);
    if (!this.#closing && this.#all.size < this.#keepOpen) void this.#open();
  }

  #onClosed(connection: Connection): void {
    this.#all.delete(connection);
    const place = this.#idle.indexOf(connection);
    if (place >= 0) this.#idle.splice(place, 1);
    this.#settle(connection);
    if (place >= 0) this.#replace(connection);
  }

  #settle(connection: Connection): void {
    this.#warming.get(connection)?.();
    this.#warming.delete(connection);
  }

  /** Servers close idle connections after seconds; the next send shall still find one open. */
  #replace({ openedAt, carried }: Connection): void {
    const lived = openedAt === undefined ? 0 : this.#clock.now() - openedAt;
    // The run's clock is set back when the run starts: what was opened before it is not young any more.
    const isYoung = lived >= 0 && lived < replaceAfter;
    if (this.#closing || (isYoung && carried === 0) || this.#all.size >= this.#keepOpen) return;
    void this.#open();
  }
}

function proxyHeaders(proxy: URL | undefined): Record<string, string> {
  return proxy && proxy.username !== '' ? { 'proxy-authorization': basicCredentials(proxy) } : {};
}
