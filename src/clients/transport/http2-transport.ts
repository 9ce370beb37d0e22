import type { Clock } from '../../core/clock.ts';
import { endCauses, type TapeWriter } from '../../core/tape.ts';
import { seconds } from '../../core/units.ts';
import { dialTo } from './dial.ts';
import { Http2Connection, type Http2ConnectionOwner } from './http2-connection.ts';
import { Http2Head } from './http2-head.ts';
import { type LostPacketFacts, LostPackets } from './lost-packets.ts';
import { PollSpan } from './poll-span.ts';
import type { Transport, TransportEvents, TransportTarget } from './transport.ts';

/** A connection that died younger and unused is not replaced. */
const replaceAfter = seconds(1);

/**
 * Requests in HTTP/2, many to a connection. Node reads the frames; a piece of an answer is stamped as its
 * stream hands it over.
 */
export class Http2Transport implements Transport {
  readonly path = 'C';
  readonly #owner: Http2ConnectionOwner;
  readonly #clock: Clock;
  /** All that take requests now or once they stand. */
  readonly #connections = new Set<Http2Connection>();
  /** These still carry what was sent on them, and take no more. */
  readonly #leaving = new Set<Http2Connection>();
  readonly #carriers = new Map<number, Http2Connection>();
  readonly #warming = new Map<Http2Connection, () => void>();
  /** Requests that the last connection took at a time. */
  #limit: number | undefined;
  /** Requests that there shall be room for. */
  #keepRoom = 0;
  #closing = false;

  constructor(target: TransportTarget, tape: TapeWriter, clock: Clock, events: TransportEvents) {
    this.#clock = clock;
    this.#owner = {
      dial: dialTo(target),
      origin: target.url.origin,
      head: new Http2Head(target),
      tape,
      clock,
      // One read brings pieces of many streams, whose ends come later: all of them keep the middle.
      poll: new PollSpan(clock, Number.POSITIVE_INFINITY),
      lost: new LostPackets(),
      onRead: () => events.onRead?.(),
      onOpen: (connection) => {
        this.#limit = connection.limit;
        this.#settle(connection);
      },
      onClosed: (connection) => this.#onClosed(connection),
      onGone: (connection) => this.#leaving.delete(connection),
      onEnd: (request, cause) => {
        this.#forget(request);
        events.onEnd(request, cause);
      },
      onUnheard: (request, body) => {
        this.#forget(request);
        this.#carry(this.#connect(), request, body, true);
      },
    };
  }

  /** Connections enough for so many requests at a time. */
  async warm(requests: number): Promise<number> {
    this.#keepRoom = requests;
    while (this.#room < requests && !this.#closing) {
      const before = this.#room;
      // The first one tells how many requests a connection takes.
      const [known] = this.#connections;
      const missing = known ? Math.ceil((requests - before) / known.limit) : 1;
      await Promise.all(Array.from({ length: missing }, () => this.#open()));
      if (this.#room <= before) break;
    }
    return Math.min(requests, this.#room);
  }

  send(request: number, body: Uint8Array): void {
    this.#carry(this.#roomiest() ?? this.#connect(), request, body);
  }

  arm(): boolean {
    return false;
  }

  recall(): number[] {
    return [];
  }

  abort(request: number): void {
    this.#carriers.get(request)?.abort(request);
  }

  async close(): Promise<void> {
    this.#closing = true;
    for (const connection of [...this.#connections, ...this.#leaving]) connection.close(endCauses.aborted);
  }

  lostPackets(): LostPacketFacts | undefined {
    return this.#owner.lost.facts();
  }

  get #room(): number {
    let sum = 0;
    for (const connection of this.#connections) sum += connection.room;
    return sum;
  }

  /** One that stands before one that does not yet; then the one with the least to carry. */
  #roomiest(): Http2Connection | undefined {
    let best: Http2Connection | undefined;
    for (const connection of this.#connections)
      if (connection.room > 0 && isBetter(connection, best)) best = connection;
    return best;
  }

  #connect(): Http2Connection {
    const connection = new Http2Connection(this.#owner, this.#limit);
    this.#connections.add(connection);
    return connection;
  }

  #carry(connection: Http2Connection, request: number, body: Uint8Array, again = false): void {
    this.#carriers.set(request, connection);
    connection.send(request, body, again);
  }

  #open(): Promise<void> {
    return new Promise((resolve) => this.#warming.set(this.#connect(), resolve));
  }

  #forget(request: number): void {
    this.#carriers.delete(request);
  }

  #onClosed(connection: Http2Connection): void {
    this.#connections.delete(connection);
    this.#leaving.add(connection);
    this.#settle(connection);
    this.#replace(connection);
  }

  #settle(connection: Http2Connection): void {
    this.#warming.get(connection)?.();
    this.#warming.delete(connection);
  }

  /** Servers send connections away after a time or a number of requests; the next send shall find one open. */
  #replace({ openedAt, carried }: Http2Connection): void {
    const lived = openedAt === undefined ? 0 : this.#clock.now() - openedAt;
    if (this.#closing || (lived < replaceAfter && carried === 0) || this.#room >= this.#keepRoom) return;
    void this.#open();
  }
}

function isBetter(connection: Http2Connection, than: Http2Connection | undefined): boolean {
  if (!than) return true;
  const stands = connection.openedAt !== undefined;
  return stands === (than.openedAt !== undefined) ? connection.room > than.room : stands;
}
