import { RawConnection } from './raw-connection.ts';
import { type ListenCalls, loadSocketCalls, type SocketCalls } from './socket-calls.ts';

export interface RawServerOptions extends Partial<ListenCalls> {
  /** Takes a new connection; to be left out by who accepts none, whose backlog then fills. */
  readonly serve?: (connection: RawConnection) => unknown;
  /** New connections are read from, which they are unless told otherwise. */
  readonly reads?: boolean;
}

/** A change of what is waited for is noticed after this at the latest. */
const turnMilliseconds = 10;

/**
 * A server on sockets of its own, for faults that Node's sockets cannot commit: resets in mid-stream, segments of
 * a byte, a window of zero, a full backlog. It knows no protocol.
 */
export class RawServer {
  readonly port: number;
  readonly connections = new Set<RawConnection>();
  readonly #calls: SocketCalls;
  readonly #descriptor: number;
  readonly #options: RawServerOptions;
  readonly #ended: Promise<void>;
  #accepted = 0;
  #closing = false;

  private constructor(calls: SocketCalls, options: RawServerOptions) {
    const { host = '127.0.0.1', port = 0, backlog = 4096, receiveBuffer } = options;
    const asked = { host, port, backlog, ...(receiveBuffer !== undefined && { receiveBuffer }) };
    const listening = calls.listen(asked);
    const { descriptor } = listening;
    this.port = listening.port;
    this.#calls = calls;
    this.#descriptor = descriptor;
    this.#options = options;
    this.#ended = this.#run();
  }

  /** Absent where the platform or the optional package `koffi` is. */
  static start(options: RawServerOptions = {}): RawServer | undefined {
    const calls = loadSocketCalls();
    return calls && new RawServer(calls, options);
  }

  /** All connections so far. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Ends all connections and takes no more. */
  async close(): Promise<void> {
    await this.#end();
    this.#calls.close(this.#descriptor);
  }

  /**
   * Ends all connections and gives away the descriptor that listens, whose port is never closed meanwhile. Of those
   * that wait to be accepted the first are dismissed, so many.
   */
  async handOver(dismissed: number): Promise<number> {
    await this.#end();
    for (let i = 0; i < dismissed; i++) {
      const waiting = this.#calls.accept(this.#descriptor);
      if (waiting !== undefined) this.#calls.close(waiting);
    }
    return this.#descriptor;
  }

  async #end(): Promise<void> {
    this.#closing = true;
    await this.#ended;
    for (const connection of this.connections) connection.close();
  }

  async #run(): Promise<void> {
    while (!this.#closing) {
      const waiting = new Map<number, RawConnection>();
      for (const connection of this.connections) {
        if (!connection.open) this.connections.delete(connection);
        else if (connection.waitsOn !== undefined) waiting.set(connection.waitsOn, connection);
      }
      const listening = this.#options.serve ? [this.#descriptor] : [];
      const readable = await this.#calls.readable([...listening, ...waiting.keys()], turnMilliseconds);
      if (this.#closing) return;
      for (const descriptor of readable) waiting.get(descriptor)?.receive();
      if (readable.has(this.#descriptor)) this.#accept();
    }
  }

  #accept(): void {
    const { serve, reads = true } = this.#options;
    for (
      let next = this.#calls.accept(this.#descriptor);
      next !== undefined;
      next = this.#calls.accept(this.#descriptor)
    ) {
      const connection = new RawConnection(this.#calls, next, { ordinal: this.#accepted++, reads });
      this.connections.add(connection);
      serve?.(connection);
    }
  }
}
