import http2, { type ClientHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { type EndCause, endCauses } from '../../core/tape.ts';
import type { Nanoseconds } from '../../core/units.ts';
import type { Dial } from './dial.ts';
import { errorName, type Fate, fateOf, Http2Exchange, type Http2ExchangeOwner } from './http2-exchange.ts';
import type { LostPackets } from './lost-packets.ts';

export interface Http2ConnectionOwner extends Http2ExchangeOwner {
  readonly dial: Dial;
  readonly origin: string;
  readonly lost: LostPackets;
  /** Carries requests from now on. */
  onOpen(connection: Http2Connection): void;
  /** Takes no more requests: gone, going, or never came about. Called once, before anything it carried ends by that. */
  onClosed(connection: Http2Connection): void;
  /** Carries nothing any more either. */
  onGone(connection: Http2Connection): void;
  onEnd(request: number, cause: EndCause): void;
  /** The server has not looked at the request: it has to go again on another connection. */
  onUnheard(request: number, body: Uint8Array): void;
}

/** So many requests share a connection at most, or fewer if the server wants it so. */
const mostStreams = 100;
/** Nothing that answers a request shall wait for our leave. */
const streamWindow = 1 << 20;
const connectionWindow = 1 << 24;

const lookEveryMs = 500;

/** What TLS negotiated where the server has no HTTP/2. */
export const noHttp2 = 'no HTTP/2';

/** One connection in HTTP/2, which carries many exchanges at a time (RFC 9113). */
export class Http2Connection {
  readonly #owner: Http2ConnectionOwner;
  readonly #exchanges = new Map<number, Http2Exchange>();
  /** Requests that went again already. */
  readonly #again = new Set<number>();
  #giveUp: (() => void) | undefined;
  #socket: Socket | undefined;
  #watch: NodeJS.Timeout | undefined;
  #session: ClientHttp2Session | undefined;
  #openedAt: Nanoseconds | undefined;
  #limit: number;
  #carried = 0;
  #answered = 0;
  #closed = false;
  #peerIsGone = false;
  #fate: Fate | undefined;

  /** `limit`: what it will probably be, as connections before it had it. */
  constructor(owner: Http2ConnectionOwner, limit = mostStreams) {
    this.#owner = owner;
    this.#limit = limit;
    this.#giveUp = owner.dial({
      onOpen: (socket) => this.#onSocket(socket),
      onFailure: (fate) => this.#fail(fate),
    });
  }

  /** Since when it has stood; undefined before. */
  get openedAt(): Nanoseconds | undefined {
    return this.#openedAt;
  }

  /** How many requests were sent on it. */
  get carried(): number {
    return this.#carried;
  }

  /** Requests that it can take at a time. */
  get limit(): number {
    return this.#limit;
  }

  /** Requests that it can take now; before it stands they wait for that. */
  get room(): number {
    const session = this.#session;
    // Node tells of an end a little later than it refuses requests.
    return this.#closed || session?.closed || session?.destroyed ? 0 : this.#limit - this.#exchanges.size;
  }

  send(request: number, body: Uint8Array, again = false): void {
    const exchange = new Http2Exchange(this.#owner, request, body, (over, fate) => this.#onOver(over, fate));
    this.#exchanges.set(request, exchange);
    if (again) this.#again.add(request);
    if (this.#session && this.#openedAt !== undefined) this.#start(this.#session, exchange);
    else exchange.wait();
  }

  abort(request: number): void {
    const exchange = this.#exchanges.get(request);
    if (exchange) this.#end(exchange, { cause: endCauses.aborted, detail: '' });
  }

  /** Closes the connection; what it carries ends with `cause`. */
  close(cause: EndCause): void {
    this.#fail({ cause, detail: '' });
  }

  #start(session: ClientHttp2Session, exchange: Http2Exchange): void {
    exchange.send(session, this.#carried++ > 0);
  }

  #onSocket(socket: Socket): void {
    this.#giveUp = undefined;
    if ('alpnProtocol' in socket && (socket as TLSSocket).alpnProtocol !== 'h2') {
      socket.destroy();
      return this.#fail({ cause: endCauses.tlsFailed, detail: noHttp2 });
    }
    this.#socket = socket;
    this.#watch = setInterval(() => this.#lookAtPeer(socket), lookEveryMs).unref();
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#fate ??= fateOf(error);
    });
    for (const event of ['end', 'close'])
      socket.on(event, () => {
        this.#fate ??= { cause: endCauses.fin, detail: '' };
      });
    const session = http2.connect(this.#owner.origin, {
      createConnection: () => socket,
      settings: { enablePush: false, initialWindowSize: streamWindow },
    });
    this.#session = session;
    session.on('remoteSettings', ({ maxConcurrentStreams = mostStreams }) => this.#onSettings(maxConcurrentStreams));
    session.on('goaway', (code) => this.#onGoAway(code));
    session.on('error', (error: NodeJS.ErrnoException) => {
      this.#fate ??= fateOf(error);
    });
    session.on('close', () => this.#fail(this.#fate ?? { cause: endCauses.fin, detail: '' }));
  }

  /** The server's first words say that it speaks HTTP/2, and how much it takes at a time. */
  #onSettings(concurrent: number): void {
    this.#limit = Math.max(1, Math.min(mostStreams, concurrent));
    const session = this.#session;
    if (!session || this.#openedAt !== undefined || this.#closed) return;
    session.setLocalWindowSize(connectionWindow);
    this.#openedAt = this.#owner.clock.now();
    this.#owner.onOpen(this);
    for (const exchange of this.#exchanges.values()) this.#start(session, exchange);
  }

  /** Over TLS Node misses a close at times while it writes: twice seen and not told, it counts. */
  #lookAtPeer(socket: Socket): void {
    const closed = this.#owner.lost.closedByPeer(socket);
    if (closed && this.#peerIsGone) this.close(endCauses.fin);
    this.#peerIsGone = closed;
  }

  #onGoAway(code: number): void {
    if (code !== 0) this.#fate ??= { cause: endCauses.reset, detail: `GOAWAY ${errorName(code)}` };
    this.#retire();
  }

  #onOver(exchange: Http2Exchange, fate: Fate | undefined): void {
    this.#end(exchange, this.#fate ?? fate ?? { cause: endCauses.fin, detail: '' });
  }

  #end(exchange: Http2Exchange, fate: Fate): void {
    const { request, body } = exchange;
    this.#exchanges.delete(request);
    const again = this.#mayGoAgain(exchange, fate) && !this.#again.delete(request);
    if (again) {
      exchange.leave(fate);
      return this.#owner.onUnheard(request, body);
    }
    if (fate.cause === endCauses.complete) this.#answered++;
    exchange.end(fate);
    this.#owner.onEnd(request, fate.cause);
  }

  /** Refused unseen, or crossed by the close of a connection that has answered others. */
  #mayGoAgain(exchange: Http2Exchange, { cause }: Fate): boolean {
    if (exchange.heard || this.#openedAt === undefined) return false;
    if (cause !== endCauses.fin && cause !== endCauses.reset) return false;
    return exchange.refused || (this.#answered > 0 && this.#fate !== undefined);
  }

  #fail(fate: Fate): void {
    this.#fate ??= fate;
    this.#retire();
    this.#giveUp?.();
    this.#giveUp = undefined;
    clearInterval(this.#watch);
    for (const exchange of [...this.#exchanges.values()]) this.#end(exchange, fate);
    if (this.#socket) this.#owner.lost.add(this.#socket);
    this.#socket = undefined;
    this.#session?.destroy();
    this.#owner.onGone(this);
  }

  #retire(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#owner.onClosed(this);
  }
}
