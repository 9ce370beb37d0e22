import { createWriteStream, openSync, type WriteStream } from 'node:fs';
import { MetronError } from '../../core/errors.ts';
import type { Nanoseconds } from '../../core/units.ts';
import type { TokenMark } from './stream-part.ts';
import { TruthColumns } from './truth-columns.ts';

/** How an exchange ended, as the server saw it. */
export type TruthEnd = 'finished' | 'refused' | 'client-closed' | 'fault' | 'server-closed';

/** What the server did for one request: the truth that a client's record is held against. */
export interface TruthRecord {
  /** `X-Request-Id` of the request, or the id the server gave it. */
  readonly id: string;
  /** Number under which the core knew it; absent where the engine never saw the request. */
  readonly engine_id?: number;
  /** CLOCK_MONOTONIC of this machine at the trace's zero, in nanoseconds; all `_ns` below count from there. */
  readonly origin_ns: string;
  /** When the request's head had been read. */
  readonly arrived_ns: number;
  /** When the core was given it. */
  readonly submitted_ns?: number;
  readonly ended_ns: number;
  readonly end?: TruthEnd;
  readonly status: number;
  readonly prompt_tokens?: number;
  readonly cached_tokens?: number;
  /** Tokens the answer was to have. */
  readonly asked_tokens?: number;
  /** Tokens that were written. */
  readonly output_tokens: number;
  /** One entry for each event that carried tokens; an event cut over several writes is stamped at the last. */
  readonly chunks: {
    /** Read from the clock directly before the event's own socket write. */
    readonly at_ns: readonly number[];
    /** When the core had it due. */
    readonly due_ns: readonly number[];
    readonly tokens: readonly number[];
  };
  /** Writes that found earlier bytes still waiting for the client, and so left later than stamped. */
  readonly queued_writes?: number;
  readonly faults?: readonly string[];
}

/** Collects the truth about one request while it is served. */
export class RequestTruth {
  readonly id: string;
  readonly arrivedAt: Nanoseconds;
  engineId?: number;
  submittedAt?: Nanoseconds;
  promptTokens?: number;
  askedTokens?: number;
  cachedTokens = 0;
  status = 0;
  outputTokens = 0;
  queuedWrites = 0;
  end: TruthEnd | undefined;
  faults: readonly string[] = [];
  readonly #chunks = new TruthColumns();

  constructor(id: string, arrivedAt: Nanoseconds) {
    this.id = id;
    this.arrivedAt = arrivedAt;
  }

  wrote(at: Nanoseconds, marks: readonly TokenMark[]): void {
    for (const { tokens, due } of marks) {
      this.#chunks.push(at, due, tokens);
      this.outputTokens += tokens;
    }
  }

  record(origin: bigint, endedAt: Nanoseconds): TruthRecord {
    const { at, due, tokens } = this.#chunks;
    return {
      id: this.id,
      ...(this.engineId === undefined ? {} : { engine_id: this.engineId }),
      origin_ns: origin.toString(),
      arrived_ns: this.arrivedAt,
      ...(this.submittedAt === undefined ? {} : { submitted_ns: this.submittedAt }),
      ended_ns: endedAt,
      ...(this.end === undefined ? {} : { end: this.end }),
      status: this.status,
      ...(this.promptTokens === undefined ? {} : { prompt_tokens: this.promptTokens }),
      ...(this.cachedTokens > 0 ? { cached_tokens: this.cachedTokens } : {}),
      ...(this.askedTokens === undefined ? {} : { asked_tokens: this.askedTokens }),
      output_tokens: this.outputTokens,
      chunks: { at_ns: at, due_ns: due, tokens },
      ...(this.queuedWrites > 0 ? { queued_writes: this.queuedWrites } : {}),
      ...(this.faults.length > 0 ? { faults: this.faults } : {}),
    };
  }
}

/** Keeps the last records in memory and, if asked, all of them in a file, one JSON line each. */
export class TruthTrace {
  readonly #keep: number;
  readonly #recent: TruthRecord[] = [];
  readonly #file: WriteStream | undefined;
  #fileError: Error | undefined;

  constructor(keep: number, path?: string) {
    this.#keep = keep;
    if (path === undefined) return;
    this.#file = createWriteStream(path, { fd: openTraceFile(path) });
    this.#file.on('error', (error) => {
      this.#fileError = error;
    });
  }

  add(record: TruthRecord): void {
    this.#recent.push(record);
    if (this.#recent.length > this.#keep) this.#recent.shift();
    if (!this.#fileError) this.#file?.write(`${JSON.stringify(record)}\n`);
  }

  recent(id?: string): readonly TruthRecord[] {
    return id === undefined ? this.#recent : this.#recent.filter((record) => record.id === id);
  }

  /** Resolves when everything is in the file; rejects if it could not be written. */
  async close(): Promise<void> {
    const file = this.#file;
    if (file && !file.closed && !this.#fileError) {
      await new Promise<void>((resolve) => {
        file.once('close', resolve);
        file.end();
      });
    }
    if (this.#fileError) throw this.#fileError;
  }
}

function openTraceFile(path: string): number {
  try {
    return openSync(path, 'w');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MetronError('TRACE_FILE', `cannot write the trace file: ${reason}`, { hint: 'check --trace', cause });
  }
}
