import type { Socket } from 'node:net';
import type { Clock } from '../../core/clock.ts';
import { type EndCause, endCauses, type TapeWriter } from '../../core/tape.ts';
import { type Nanoseconds, seconds } from '../../core/units.ts';
import { descriptorOf } from '../../system/descriptor.ts';
import type { ArmedSends } from './armed-sends.ts';
import type { Dial } from './dial.ts';
import type { DirectWriter } from './direct-writer.ts';
import { causeOf, Exchange } from './exchange.ts';
import type { LostPackets } from './lost-packets.ts';
import type { DialFailure } from './open-socket.ts';
import type { ReadStamper } from './read-stamper.ts';
import type { RequestHead } from './request-head.ts';

export interface ConnectionOwner {
  readonly dial: Dial;
  readonly head: RequestHead;
  readonly tape: TapeWriter;
  readonly clock: Clock;
  readonly stamper: ReadStamper;
  /** Where there is a shorter way to the kernel than Node's. */
  readonly writer?: DirectWriter;
  /** Where another thread sends what this one is too late for. */
  readonly armed?: ArmedSends;
  readonly lost: LostPackets;
  /** Open, and carries nothing. */
  onIdle(connection: Connection): void;
  /** Gone for good, or never came about. Called before `onEnd` of what it carried. */
  onClosed(connection: Connection): void;
  onEnd(request: number, cause: EndCause): void;
  /** The connection was kept, and closed before it answered: `request` has to go again on another. */
  onUnheard(request: number, body: Uint8Array): void;
  /** An armed request has not left and will not leave on this connection. */
  onDisarmed(request: number): void;
  /** A read was dealt with. */
  onRead(): void;
}

/** A request laid out on a connection ahead of its time. */
interface Armed {
  readonly request: number;
  readonly body: Uint8Array;
  /** What the memory shared with the sending thread knows it by. */
  readonly count: number;
}

/** Another thread that was sending for longer than this is not waited for. */
const longestDeparture = seconds(1);

/** A connection that carries one exchange at a time. */
export class Connection {
  readonly #owner: ConnectionOwner;
  readonly #exchange: Exchange;
  readonly #openingSince: Nanoseconds;
  #giveUp: (() => void) | undefined;
  /** Node opens it, or writes for it. */
  #errand: (() => void) | undefined;
  #unfollow: (() => void) | undefined;
  #socket: Socket | undefined;
  /** What to send as soon as the connection stands. */
  #waiting: Uint8Array | undefined;
  #armed: Armed | undefined;
  /** What was sent on a kept connection and may have to go again; no longer kept once an answer begins. */
  #unheard: Uint8Array | undefined;
  #carried = 0;
  #unwritten = 0;
  #closed = false;
  #openedAt: Nanoseconds | undefined;

  /** Opens a connection, for `request` if there is one. */
  constructor(owner: ConnectionOwner, request?: number, body?: Uint8Array) {
    this.#owner = owner;
    this.#exchange = new Exchange(owner.tape);
    this.#openingSince = owner.clock.now();
    if (request !== undefined) this.#exchange.connecting(request, this.#openingSince);
    this.#waiting = body;
    this.#sendOut();
    this.#giveUp = owner.dial(
      { onOpen: (socket) => this.#onOpen(socket), onFailure: (failure) => this.#onFailure(failure) },
      owner.stamper.reading(this.#onRead),
    );
  }

  /** Since when it has stood; undefined before. */
  get openedAt(): Nanoseconds | undefined {
    return this.#openedAt;
  }

  /** How many requests were sent on it. */
  get carried(): number {
    return this.#carried;
  }

  /** Can carry a request now: open, idle, and the peer has not closed it as far as is known. */
  get ready(): boolean {
    const socket = this.#socket;
    return !this.#closed && !this.#exchange.busy && !this.#armed && socket?.writable === true && !socket.readableEnded;
  }

  send(request: number, body: Uint8Array): void {
    const socket = this.#socket;
    if (!socket) throw new Error('send on a connection that is not open');
    this.#unheard = this.#carried > 0 ? body : undefined;
    if (this.#sendDirectly(socket, request, body)) return;
    this.#nodeWrites();
    socket.cork();
    socket.write(this.#owner.head.of(request, body.length), 'latin1');
    socket.write(body, () => this.#onWritten(request));
    this.#exchange.sent(request, this.#owner.clock.now(), this.#carried++ > 0);
    socket.uncork();
  }

  #sendDirectly(socket: Socket, request: number, body: Uint8Array): boolean {
    const { writer, clock, head } = this.#owner;
    const fd = writer?.target(socket, head.mostBytes + body.length);
    if (!writer || fd === undefined) return false;
    const length = writer.prepare(head, request, body);
    this.#exchange.sent(request, clock.now(), this.#carried++ > 0);
    const sent = writer.send(fd, length);
    if (sent === length) this.#exchange.written(clock.now());
    else {
      // Full, or broken, which Node finds out and tells.
      this.#nodeWrites();
      socket.write(writer.rest(sent, length), () => this.#onWritten(request));
    }
    return true;
  }

  /** Lays a request out, to leave at `due` even if this thread is late; false where that cannot be. */
  arm(request: number, body: Uint8Array, due: number): boolean {
    const { armed, head } = this.#owner;
    const socket = this.#socket;
    const fd = socket?.writableLength === 0 ? descriptorOf(socket) : undefined;
    if (!armed || fd === undefined) return false;
    const count = armed.arm(fd, due, head, request, body);
    if (count === undefined) return false;
    this.#armed = { request, body, count };
    return true;
  }

  /** Takes the armed request back; false if it has left, or is leaving. */
  recall(): boolean {
    if (!this.#armed || !this.#owner.armed?.recall(this.#armed.count)) return false;
    this.#armed = undefined;
    return true;
  }

  /** Sends the armed request unless it has left. */
  depart(): void {
    this.#departFor(this.#owner.clock.now());
  }

  #departFor(since: number): void {
    if (!this.#armed) return;
    if (!this.#tryToDepart(this.#owner.clock.now() - since > longestDeparture))
      setImmediate(() => this.#departFor(since));
  }

  /** Something came, or the connection goes: what is armed has left, or will not leave on this connection. */
  #settle({ request }: Armed): void {
    if (this.recall()) this.#owner.onDisarmed(request);
    else this.#tryToDepart(true);
  }

  #tryToDepart(insist: boolean): boolean {
    const departure = this.#armed && this.#owner.armed?.depart(this.#armed.count, insist);
    if (!this.#armed || !departure) return false;
    const { request, body } = this.#armed;
    this.#armed = undefined;
    this.#unheard = this.#carried > 0 ? body : undefined;
    this.#exchange.sent(request, departure.sentAt, this.#carried++ > 0);
    const { writtenAt, rest } = departure;
    if (rest) {
      this.#nodeWrites();
      this.#socket?.write(rest, () => this.#onWritten(request));
    } else if (writtenAt !== undefined) this.#exchange.written(writtenAt);
    // Nobody knows whether all of it left: nothing else shall on this connection.
    else this.#unwritten++;
    return true;
  }

  /** Closes the connection; what it carries ends with `cause`. */
  close(cause: EndCause, detail = ''): void {
    this.#end(cause, this.#owner.clock.now(), detail);
  }

  #onOpen(socket: Socket): void {
    const now = this.#owner.clock.now();
    this.#socket = socket;
    this.#giveUp = undefined;
    this.#errand?.();
    this.#openedAt = now;
    this.#unfollow = this.#owner.stamper.follow(socket, this.#onRead);
    socket.on('end', () => this.#onPeerClosed());
    socket.on('error', (error: NodeJS.ErrnoException) => this.close(endCauses.reset, error.code ?? error.message));
    socket.on('close', () => this.close(endCauses.reset, 'closed'));
    const body = this.#waiting;
    if (!body) return this.#owner.onIdle(this);
    this.#waiting = undefined;
    this.#exchange.connected(now, now - this.#openingSince);
    this.send(this.#exchange.request, body);
  }

  #onFailure({ cause, detail }: DialFailure): void {
    this.#giveUp = undefined;
    this.close(cause, detail);
  }

  readonly #onRead = (): void => {
    if (this.#armed) this.#settle(this.#armed);
    this.#take();
    this.#owner.onRead();
  };

  #take(): void {
    const { bytes, length, userAt, flags, ended, failure } = this.#owner.stamper;
    const at = this.#owner.stamper.arrival(this.#exchange.sentAt);
    if (failure !== undefined) return this.close(endCauses.reset, failure);
    if (ended) return this.#onPeerClosed();
    const exchange = this.#exchange;
    // Bytes on an idle connection answer nothing: whatever they are, it cannot be trusted any more.
    if (!exchange.busy) return this.close(endCauses.protocol);
    const progress = exchange.read(bytes, 0, length, at, userAt, flags);
    this.#unheard = undefined;
    if (progress === 'reusable' && this.#unwritten === 0) this.#release(at as Nanoseconds);
    else if (progress !== 'open') this.#end(causeOf(progress), at as Nanoseconds, exchange.problem);
  }

  /** Idle first: whoever hears of the end may send again at once, on this connection. */
  #release(at: Nanoseconds): void {
    const { request } = this.#exchange;
    this.#exchange.end(endCauses.complete, at);
    this.#owner.onIdle(this);
    this.#owner.onEnd(request, endCauses.complete);
  }

  #nodeWrites(): void {
    this.#unwritten++;
    this.#sendOut();
  }

  #sendOut(): void {
    this.#errand?.();
    this.#errand = this.#owner.stamper.sendOut?.();
  }

  #onWritten(request: number): void {
    this.#unwritten--;
    if (this.#unwritten === 0) this.#errand?.();
    if (this.#exchange.request === request) this.#exchange.written(this.#owner.clock.now());
  }

  #onPeerClosed(): void {
    const complete = this.#exchange.busy && this.#exchange.closedByPeer();
    this.close(complete ? endCauses.complete : endCauses.fin);
  }

  #end(cause: EndCause, at: Nanoseconds, detail: string): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#armed) this.#settle(this.#armed);
    this.#giveUp?.();
    this.#errand?.();
    this.#unfollow?.();
    if (this.#socket) this.#owner.lost.add(this.#socket);
    this.#socket?.destroy();
    const { busy, request } = this.#exchange;
    const again = busy && (cause === endCauses.fin || cause === endCauses.reset) ? this.#unheard : undefined;
    if (again) this.#exchange.leave(cause, at);
    else if (busy) this.#exchange.end(cause, at, detail);
    this.#owner.onClosed(this);
    if (again) this.#owner.onUnheard(request, again);
    else if (busy) this.#owner.onEnd(request, cause);
  }
}
