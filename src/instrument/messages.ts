import type { MessagePort } from 'node:worker_threads';
import type { ArmedMemory } from '../clients/transport/armed-memory.ts';
import type { HttpVersion } from '../clients/transport/transport.ts';
import type { Nanoseconds } from '../core/units.ts';
import type { Heartbeat } from './heartbeat.ts';
import type { SleeperSetup } from './sleeping-thread.ts';

/** Requests ready to leave: their bodies lie end to end in shared memory, request i in [offsets[i], offsets[i+1]). */
export interface OrderBatch {
  readonly requests: Uint32Array;
  /** When each is due, ns of the run; empty in a closed loop, where only the run decides. */
  readonly due: Float64Array;
  readonly offsets: Uint32Array;
  readonly bodies: Uint8Array<SharedArrayBuffer>;
}

/** What a worker needs to know of the target; survives structured cloning. */
export interface TargetSetup {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls?: { readonly ca?: string; readonly insecure?: boolean };
  readonly proxy?: string;
  readonly http?: HttpVersion;
  /** Stamped by user space although the kernel would: what its stamps are compared with. */
  readonly stamps?: 'user';
}

export type LoadSetup =
  | { readonly model: 'open' }
  | {
      readonly model: 'closed';
      readonly users: number;
      /** Start of each user of the whole run. */
      readonly starts: readonly Nanoseconds[];
      readonly think: Nanoseconds;
      readonly until: Nanoseconds;
      /** Shared counter of the next piece of work, and the number of pieces. */
      readonly next: Int32Array<SharedArrayBuffer>;
      readonly count: number;
    };

export interface ReceiverSetup {
  readonly index: number;
  readonly workers: number;
  /** Where it shall run; anywhere if absent. */
  readonly cores?: readonly number[];
  readonly target: TargetSetup;
  readonly load: LoadSetup;
  readonly recorder: MessagePort;
  /** Bytes of the tape that may wait to be read. */
  readonly mostUnread_bytes: number;
  /** Says that a send is due in a moment; absent where nobody keeps time. */
  readonly nudges?: MessagePort;
  /** Shared with the thread that sends what this one is too late for; absent where there is none. */
  readonly armed?: ArmedMemory;
  readonly heartbeat: Heartbeat;
}

export type ToReceiver =
  | { readonly type: 'warm'; readonly connections: number }
  /** Where the canary's source listens, which gives answers for practice too. */
  | { readonly type: 'rehearse'; readonly beaconPort: number }
  /** The run's time 0, a reading of `process.hrtime.bigint()`. */
  | { readonly type: 'start'; readonly origin: bigint }
  | { readonly type: 'orders'; readonly batch: OrderBatch }
  | { readonly type: 'no-more-orders' }
  | { readonly type: 'stop' }
  | { readonly type: 'close' };

export type FromReceiver<Facts = unknown> =
  | { readonly type: 'ready'; readonly path: string }
  | { readonly type: 'rehearsed' }
  | { readonly type: 'warmed'; readonly open: number }
  /** More of the tape waits to be read than may. */
  | { readonly type: 'behind' }
  /** Nothing more will be sent; `unsent` were due later than the stop. */
  | { readonly type: 'sent-all'; readonly unsent: readonly number[] }
  | { readonly type: 'closed'; readonly facts: Facts };

export type ReceiverToRecorder = { readonly segment: SharedArrayBuffer };
export type RecorderToReceiver = { readonly recycle: SharedArrayBuffer } | { readonly abort: number };

export interface MetronomeSetup extends SleeperSetup {
  /** Ascending, ns of the run, by request; requests are dealt to the receivers in turn. */
  readonly scheduledAt: Float64Array;
  readonly receivers: readonly MessagePort[];
}

export interface CourierSetup extends SleeperSetup {
  /** One per receiver, with one bell for all. */
  readonly armed: readonly ArmedMemory[];
}

export type ToBeacon = { readonly origin: bigint };
export type FromBeacon = { readonly port: number };

/** The schedule as the recorder sees it: parallel arrays by request id. */
export interface RequestTable {
  readonly scheduledAt?: Float64Array;
  readonly phase?: Uint8Array;
  readonly promptTokens: Uint32Array;
  readonly outputTokens: Uint32Array;
}

export interface RecorderSetup {
  readonly protocol: string;
  /** Tokenizer for answers whose server counts nothing. */
  readonly tokenizer: string;
  /** Absent: told by `record-to` before the start. */
  readonly recordsPath?: string;
  readonly requests: RequestTable;
  /** Closed loop: requests due before this are warm-up. */
  readonly measureFrom: Nanoseconds;
  readonly timeouts: {
    readonly connect: Nanoseconds;
    readonly firstToken: Nanoseconds;
    readonly betweenTokens: Nanoseconds;
    readonly total: Nanoseconds;
  };
  readonly keepText: boolean;
  readonly secrets: readonly string[];
  readonly receivers: readonly MessagePort[];
  readonly heartbeat: Heartbeat;
}

export type ToRecorder =
  | { readonly type: 'record-to'; readonly path: string }
  /** The server will not tell the tokens of its chunks. */
  | { readonly type: 'rehearse-counting' }
  | { readonly type: 'start'; readonly origin: bigint }
  /** Every request has been sent: tell when the last has ended. */
  | { readonly type: 'drain' }
  | { readonly type: 'cancel-all'; readonly reason: 'user' | 'run-end' }
  | { readonly type: 'receiver-lost'; readonly index: number; readonly reason: string }
  | { readonly type: 'close' };

export type FromRecorder<Live = unknown, Reads = unknown, Canary = unknown> =
  | { readonly type: 'ready' }
  | { readonly type: 'counting-rehearsed' }
  | { readonly type: 'live'; readonly live: Live }
  | { readonly type: 'drained' }
  | { readonly type: 'closed'; readonly live: Live; readonly reads: Reads; readonly canary: Canary }
  | { readonly type: 'failed'; readonly code: string; readonly message: string; readonly hint?: string };
