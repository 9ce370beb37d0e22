import type { RequestRecord } from '../core/record.ts';
import { createRedactor } from '../core/redaction.ts';
import { type EndCause, endCauses, payloadOf, type TapeEntry, tapeFlags, tapeKinds } from '../core/tape.ts';
import { type Nanoseconds, nanoseconds, seconds } from '../core/units.ts';
import type { AnswerProtocol } from './body-reader.ts';
import { LiveCounter, type LiveStatistics } from './live-statistics.ts';
import { OpenRequest, type RecordOptions, type RequestFacts } from './open-request.ts';
import type { AbortReason } from './outcome.ts';
import { expiredTimeout, type Timeouts } from './timeouts.ts';
import type { CountPieces } from './token-counts.ts';

export type { LiveStatistics } from './live-statistics.ts';
export type { RequestFacts } from './open-request.ts';
export type { AbortReason } from './outcome.ts';
export type { Timeouts } from './timeouts.ts';

export interface AssemblerOptions extends AnswerProtocol {
  /** What the plan says of a request; asked once, when it first appears on a tape. */
  readonly request: (id: number) => RequestFacts;
  /** For answers whose server counts nothing. */
  readonly countPieces?: CountPieces;
  readonly timeouts: Timeouts;
  /** Store the answers; otherwise text is counted and dropped. */
  readonly keepText: boolean;
  /** Never written, wherever they turn up. */
  readonly secrets: readonly string[];
  /** Called once per request, when it has ended. */
  readonly onRecord: (record: RequestRecord) => void;
  /** The worker that has this request shall close it; its `end` entry is waited for. */
  readonly onAbort: (request: number, reason: AbortReason) => void;
}

/** Makes one record of everything the tapes say of one request. */
export interface Assembler {
  /** Entries of one request come in order; different requests in any order. */
  visit(entry: TapeEntry): void;
  /** Judges the timeouts. To be called after the tapes were read, every few tens of milliseconds. */
  tick(now: Nanoseconds): void;
  /** Ends everything that is open: the user gave up, or the run's grace is over. */
  cancelAll(reason: 'user' | 'run-end', now: Nanoseconds): void;
  /** Requests that were scheduled and never sent. */
  drop(ids: readonly number[], reason: string): void;
  /** What a dead worker had: open requests end with what they have, the others are dropped. */
  finishLost(ids: readonly number[], reason: string, now: Nanoseconds): void;
  live(): LiveStatistics;
}

/** A worker that does not end what it was told to end within this is taken for hung. */
const abortGrace = seconds(5);

export function createAssembler(options: AssemblerOptions): Assembler {
  return new TapeAssembler(options);
}

class TapeAssembler implements Assembler {
  readonly #options: AssemblerOptions;
  readonly #record: RecordOptions;
  readonly #open = new Map<number, OpenRequest>();
  readonly #ended = new Set<number>();
  readonly #counter = new LiveCounter();

  constructor(options: AssemblerOptions) {
    this.#options = options;
    this.#record = {
      protocol: options,
      ...(options.countPieces && { countPieces: options.countPieces }),
      keepText: options.keepText,
      redact: createRedactor(options.secrets),
      onDisorder: (by) => this.#counter.disorder(by),
    };
  }

  visit(entry: TapeEntry): void {
    const id = entry.request;
    const request = this.#open.get(id) ?? this.#begin(id);
    if (!request) return;
    if (entry.kind === tapeKinds.end) {
      this.#finish(request, entry.at, entry.extra as EndCause, Buffer.from(payloadOf(entry)).toString('utf8'));
      return;
    }
    if (entry.kind === tapeKinds.sent && request.sentAt === undefined) this.#counter.sent++;
    if (entry.kind === tapeKinds.body) {
      this.#counter.stamps++;
      if (entry.flags & tapeFlags.bounded) this.#counter.boundedStamps++;
    }
    request.take(entry);
  }

  tick(now: Nanoseconds): void {
    for (const request of this.#open.values()) {
      if (request.abort) {
        if (now - request.abort.at > abortGrace) this.#finish(request, now, endCauses.aborted, '');
        continue;
      }
      const expired = expiredTimeout(request, this.#options.timeouts, now);
      if (expired) this.#abort(request, expired, now);
    }
  }

  cancelAll(reason: 'user' | 'run-end', now: Nanoseconds): void {
    for (const request of this.#open.values()) if (!request.abort) this.#abort(request, reason, now);
  }

  drop(ids: readonly number[], reason: string): void {
    for (const id of ids) {
      if (this.#open.has(id) || this.#ended.has(id)) continue;
      const { scheduledAt, phase, session, promptAsked, promptLocal, outputAsked } = this.#options.request(id);
      this.#keep({
        id,
        ...(session !== undefined && { session }),
        phase,
        scheduledAt,
        prompt: {
          ...(promptAsked !== undefined && { asked: promptAsked }),
          ...(promptLocal !== undefined && { local: promptLocal }),
        },
        output: { ...(outputAsked !== undefined && { asked: outputAsked }) },
        chunks: { at: [], tokens: [], kind: [], bytes: [], read: [] },
        outcome: { status: 'dropped', reason },
      });
    }
  }

  finishLost(ids: readonly number[], reason: string, now: Nanoseconds): void {
    for (const id of ids) {
      const request = this.#open.get(id);
      if (!request) this.drop([id], reason);
      else if (request.finished) this.#finish(request, now, endCauses.fin, '');
      else this.#lose(request, reason, now);
    }
  }

  live(): LiveStatistics {
    let tokens = 0;
    for (const request of this.#open.values()) tokens += request.tokensSeen;
    return this.#counter.snapshot(this.#open.size, tokens);
  }

  #begin(id: number): OpenRequest | undefined {
    // A hung worker may still write about a request that was given up.
    if (this.#ended.has(id)) return undefined;
    const request = new OpenRequest(id, this.#options.request(id), this.#record);
    this.#open.set(id, request);
    return request;
  }

  #abort(request: OpenRequest, reason: AbortReason, now: Nanoseconds): void {
    request.abort = { reason, at: now };
    this.#options.onAbort(request.id, reason);
  }

  #finish(request: OpenRequest, at: number, cause: EndCause, detail: string): void {
    this.#keep(request.finish(at, { cause, detail }));
  }

  /** Our own failure, said so: it must not pass for the server's. */
  #lose(request: OpenRequest, reason: string, now: Nanoseconds): void {
    const record = request.finish(nanoseconds(now), { cause: endCauses.aborted, detail: '' });
    const failure = { kind: 'network', code: 'CLIENT_LOST', detail: reason } as const;
    this.#keep({ ...record, outcome: { status: 'failed', failure } });
  }

  #keep(record: RequestRecord): void {
    this.#open.delete(record.id);
    this.#ended.add(record.id);
    this.#counter.ended(record);
    this.#options.onRecord(record);
  }
}
