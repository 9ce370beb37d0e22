import { connect, isIPv4, type Socket } from 'node:net';
import { MetronError } from '../../core/errors.ts';
import { RawServer } from '../../system/raw-server.ts';

export interface FullBacklog {
  /** From the start on; infinite for ever. */
  readonly seconds: number;
  /** Called once, also where the server is closed before. */
  readonly onOver: () => void;
}

/**
 * A port that listens and lets nobody in: one connection of our own is all that its backlog holds, so that the kernel
 * drops whatever knocks after it.
 */
export class HeldBacklog {
  readonly port: number;
  readonly #raw: RawServer;
  readonly #filler: Socket;

  private constructor(raw: RawServer, filler: Socket) {
    this.port = raw.port;
    this.#raw = raw;
    this.#filler = filler;
  }

  /** Throws what listening does, with its `code`. */
  static async start(host: string, port: number): Promise<HeldBacklog> {
    if (!isIPv4(host) && host !== '::1') {
      throw new MetronError('NO_RAW_SOCKETS', `fault full-backlog cannot listen on ${host}`, {
        hint: 'give --host as an IPv4 address or ::1',
      });
    }
    const raw = RawServer.start({ host, port, backlog: 0 });
    if (!raw) {
      throw new MetronError('NO_RAW_SOCKETS', 'fault full-backlog needs Linux and the optional package koffi');
    }
    const filler = connect({ host, port: raw.port });
    filler.on('error', () => {});
    await new Promise<void>((resolve) => filler.once('connect', resolve));
    return new HeldBacklog(raw, filler);
  }

  /** The descriptor, for who will accept from now on. Nobody who knocked is refused meanwhile. */
  async release(): Promise<number> {
    this.#filler.destroy();
    return this.#raw.handOver(1);
  }

  async close(): Promise<void> {
    this.#filler.destroy();
    await this.#raw.close();
  }
}
