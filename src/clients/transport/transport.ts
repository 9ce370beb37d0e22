import type { Clock } from '../../core/clock.ts';
import type { EndCause, TapeWriter } from '../../core/tape.ts';
import type { ArmedMemory } from './armed-memory.ts';
import type { LostPacketFacts } from './lost-packets.ts';

/** Where requests go, and how. */
export interface TransportTarget {
  readonly url: URL;
  /** POST unless said otherwise. */
  readonly method?: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly tls?: {
    /** Certificate authorities to trust besides the usual ones, PEM. */
    readonly ca?: string;
    /** Accept any certificate. */
    readonly insecure?: boolean;
  };
  readonly proxy?: URL;
  /** Absent: 1.1, and whoever asks first may find that the server has nothing but 2. */
  readonly http?: HttpVersion;
}

export const httpVersions = ['1.1', '2'] as const;
export type HttpVersion = (typeof httpVersions)[number];

/** What lies under the stamps. `A`: the kernel's own; `B`: a read of a plain socket; `C`: a read through TLS, a proxy or HTTP/2. */
export type TransportPath = 'A' | 'B' | 'C';

/**
 * Sends request bodies and writes what happens to the tape. Entries of one request, in order:
 * `connecting` (none was idle) → `connected` → `sent` → `written` → `head` → `body`… and, in
 * every case and exactly once, `end`. A request that a server's close of a kept connection crossed goes
 * again, once: `again` → `connecting` → `connected` → `sent` → … They can be read when the turn of the loop is over, if not before.
 */
export interface Transport {
  /** Named in every result. */
  readonly path: TransportPath;
  /** Opens connections ahead, so that no send waits for a handshake. Resolves with the number open; never throws. */
  warm(connections: number): Promise<number>;
  /**
   * Sends now; the time of its `sent` entry is read directly before the bytes go to the kernel. Never queues, never
   * throws. A request that was armed and has left is only entered.
   */
  send(request: number, body: Uint8Array): void;
  /**
   * Lays a request out to leave at `due`, ns of the run, even if this thread is late; `send` is to follow once it is
   * due. False where that cannot be: no connection is idle, or nobody else sends.
   */
  arm(request: number, body: Uint8Array, due: number): boolean;
  /** Takes back what is armed and has not left; returns the requests that have, which are entered. */
  recall(): number[];
  /** Ends a request with cause `aborted`; nothing happens when it has ended already. */
  abort(request: number): void;
  /** Aborts what is in flight and closes every connection. */
  close(): Promise<void>;
  /** Of connections that are closed; undefined where the kernel does not tell. */
  lostPackets(): LostPacketFacts | undefined;
}

export interface TransportEvents {
  onEnd(request: number, cause: EndCause): void;
  /** A read was dealt with; in a burst of answers thousands of them follow without a turn of the loop. */
  onRead?(): void;
}

export type TransportFactory = (
  target: TransportTarget,
  tape: TapeWriter,
  clock: Clock,
  events: TransportEvents,
  /** Shared with a thread that only sends; absent where there is none. */
  armed?: ArmedMemory,
) => Transport;
