import type { Mutable } from '../core/mutable.ts';
import type { Phase, RequestRecord } from '../core/record.ts';
import type { Redact } from '../core/redaction.ts';
import type { StreamEvent, TextEvent, Usage } from '../core/stream.ts';
import { endCauses, payloadOf, type TapeEntry, tapeFlags, tapeKinds } from '../core/tape.ts';
import { type Nanoseconds, nanoseconds, notYet } from '../core/units.ts';
import { type AnswerProtocol, type BodyReader, readBody } from './body-reader.ts';
import { type Arrival, ChunkLog, otherKind } from './chunk-log.ts';
import { releasedAtOnce } from './fake-streaming.ts';
import { type AbortReason, type Ending, outcomeOf } from './outcome.ts';
import { parseResponseHead, type ResponseHead } from './response-head.ts';
import { type CountPieces, countTokens } from './token-counts.ts';

/** What the plan says of a request. */
export interface RequestFacts {
  readonly scheduledAt: Nanoseconds;
  readonly phase: Phase;
  readonly session?: number;
  readonly promptAsked?: number;
  readonly promptLocal?: number;
  readonly outputAsked?: number;
}

export interface RecordOptions {
  readonly protocol: AnswerProtocol;
  readonly countPieces?: CountPieces;
  readonly keepText: boolean;
  readonly redact: Redact;
  /** A stamp came out earlier than one that happened before it, by this many nanoseconds. */
  readonly onDisorder: (nanoseconds: number) => void;
}

/** Of an error's body, this much is read and this much is kept. */
const errorBodyBytes = 8192;
const errorBodyCharacters = 2000;

/** A request on the wire: takes its tape entries and becomes its record. */
export class OpenRequest {
  readonly id: number;
  readonly facts: RequestFacts;
  connectingAt?: Nanoseconds;
  sentAt?: Nanoseconds;
  firstTokenAt?: Nanoseconds;
  lastTokenAt?: Nanoseconds;
  /** When the last body byte came. */
  lastByteAt?: Nanoseconds;
  /** We asked the transport to close it. */
  abort?: { readonly reason: AbortReason; readonly at: Nanoseconds };
  /** Tokens so far as far as they can be told before the end: one an event at least. */
  tokensSeen = 0;
  finishReason?: string;

  readonly #options: RecordOptions;
  readonly #log = new ChunkLog();
  #firstByteAt: Nanoseconds | undefined;
  #head: ResponseHead | undefined;
  #body: BodyReader | undefined;
  readonly #errorBody: Buffer[] = [];
  #bodyBytes = 0;
  #resends = 0;
  /** Of the last read. */
  readonly #arrival: Mutable<Arrival> = { at: notYet, delay: 0, read: 0 };
  #usage: Usage = {};
  #finishIndex: number | undefined;
  #error: string | undefined;
  #serverTiming: Record<string, number> | undefined;

  constructor(id: number, facts: RequestFacts, options: RecordOptions) {
    this.id = id;
    this.facts = facts;
    this.#options = options;
  }

  /** The server said that the answer is whole; only the end of the exchange is missing. */
  get finished(): boolean {
    return this.finishReason !== undefined || (this.#body?.done ?? false);
  }

  /** Everything but the end of the exchange. */
  take(entry: TapeEntry): void {
    switch (entry.kind) {
      case tapeKinds.connecting:
        this.connectingAt = nanoseconds(entry.at);
        return;
      case tapeKinds.sent:
        this.sentAt ??= this.#inOrder(entry.at);
        return;
      case tapeKinds.again:
        this.#resends++;
        return;
      case tapeKinds.head:
        this.#takeHead(entry);
        return;
      case tapeKinds.body:
        this.#takeBody(entry);
        return;
      default:
    }
  }

  #takeHead(entry: TapeEntry): void {
    const at = this.#inOrder(entry.at);
    this.#firstByteAt ??= at;
    // An interim response (100, 103) announces the real one.
    if (entry.extra >= 100 && entry.extra < 200) return;
    this.#head = parseResponseHead(Buffer.from(payloadOf(entry)).toString('latin1'), entry.extra);
    if (entry.extra < 200 || entry.extra > 299) return;
    this.#body = readBody(this.#options.protocol, this.#head.contentType, (event, bytes) => this.#add(event, bytes));
  }

  #takeBody(entry: TapeEntry): void {
    const arrival = this.#arrival;
    if ((entry.flags & tapeFlags.sameRead) === 0) arrival.read++;
    const at = this.#inOrder(entry.at);
    arrival.at = at;
    arrival.delay = Math.max(0, Math.round(entry.userAt) - at);
    this.lastByteAt = at;
    const room = errorBodyBytes - this.#bodyBytes;
    this.#bodyBytes += entry.end - entry.start;
    if (!this.#body) {
      if (room > 0) this.#errorBody.push(Buffer.from(payloadOf(entry).subarray(0, room)));
      return;
    }
    const alike = this.#body.alike(entry.view, entry.start, entry.end);
    if (alike) this.#addText(alike, entry);
    else this.#body.push(payloadOf(entry));
  }

  #addText({ kind, start, end }: TextEvent, entry: TapeEntry): void {
    this.#log.addText(kind, this.#arrival, entry.end - entry.start, entry.segment, start, end);
    if (kind !== 'other') this.#sawTokens(1);
  }

  #add(event: StreamEvent, bytes: number): void {
    const index = this.#log.length;
    this.#log.add(event, this.#arrival, bytes);
    if (event.usage) this.#usage = { ...this.#usage, ...event.usage };
    if (event.serverTiming) this.#serverTiming = { ...this.#serverTiming, ...event.serverTiming };
    if (event.error !== undefined) this.#error ??= event.error;
    if (event.finishReason !== undefined && this.finishReason === undefined) {
      this.finishReason = event.finishReason;
      this.#finishIndex = index;
    }
    const reported = event.usage?.completionTokens ?? 0;
    const carries = (event.kind !== 'other' && Boolean(event.text)) || Boolean(event.tokenIds);
    if (!carries && reported <= this.tokensSeen) return;
    this.#sawTokens(carries ? (event.tokenIds ?? 1) : 0, reported);
  }

  #sawTokens(more: number, reported = 0): void {
    this.tokensSeen = Math.max(reported, this.tokensSeen + more);
    this.lastTokenAt = this.#arrival.at as Nanoseconds;
    this.firstTokenAt ??= this.lastTokenAt;
  }

  /** The record, once the exchange has ended. */
  finish(at: number, ending: Ending): RequestRecord {
    this.#body?.end(ending.cause === endCauses.complete);
    const endedAt = this.#inOrder(at);
    const { kind: seenKinds, ...columns } = this.#log.columns();
    const json = this.#body?.json ?? false;
    const reported = this.#usage.completionTokens;
    const counts = countTokens(
      {
        kind: seenKinds,
        texts: this.#log.texts,
        tokenIds: this.#log.tokenIds,
        cumulative: this.#log.cumulative,
        ...(this.#finishIndex !== undefined && { finishIndex: this.#finishIndex }),
        ...(reported !== undefined && { reported }),
        buffered: json,
      },
      this.#options.countPieces,
    );
    const { tokens, kind, ...totals } = counts;
    const chunks = { ...columns, tokens, kind };
    const buffered = json || releasedAtOnce(chunks, this.sentAt ?? endedAt);
    const hasTokens = kind.some((value) => value !== otherKind);
    return {
      id: this.id,
      ...(this.facts.session !== undefined && { session: this.facts.session }),
      phase: this.facts.phase,
      scheduledAt: this.facts.scheduledAt,
      ...(this.sentAt !== undefined && { sentAt: this.sentAt }),
      ...(this.#resends > 0 && { resends: this.#resends }),
      ...(this.#firstByteAt !== undefined && { firstByteAt: this.#firstByteAt }),
      endedAt,
      prompt: this.#promptCounts(),
      output: { ...this.#outputCounts(), ...totals },
      chunks,
      outcome: outcomeOf(this.#responseFacts(hasTokens, buffered), this.#clean(ending)),
      ...(this.#serverTiming && { serverTiming: this.#serverTiming }),
      ...(this.#options.keepText && hasTokens && { text: this.#options.redact(this.#log.texts.pieces().join('')) }),
    };
  }

  #responseFacts(hasTokens: boolean, buffered: boolean) {
    const { redact } = this.#options;
    const problem = this.#body?.problem;
    const errorBody = Buffer.concat(this.#errorBody).toString('utf8');
    return {
      ...(this.#head && { httpStatus: this.#head.httpStatus }),
      ...(this.#head?.retryAfterSeconds !== undefined && { retryAfterSeconds: this.#head.retryAfterSeconds }),
      ...(errorBody && { errorBody: redact(errorBody).slice(0, errorBodyCharacters) }),
      bodyBytes: this.#bodyBytes,
      ...(this.finishReason !== undefined && { finishReason: this.finishReason }),
      done: this.#body?.done ?? false,
      json: this.#body?.json ?? false,
      buffered,
      hasTokens,
      ...(this.#error !== undefined && { inBandError: redact(this.#error) }),
      ...(problem !== undefined && { protocolProblem: redact(problem) }),
      ...(this.abort && { abortReason: this.abort.reason }),
    };
  }

  #clean({ cause, detail }: Ending): Ending {
    return { cause, detail: this.#options.redact(detail) };
  }

  #promptCounts(): RequestRecord['prompt'] {
    const { promptAsked, promptLocal } = this.facts;
    const { promptTokens, cachedTokens } = this.#usage;
    return {
      ...(promptAsked !== undefined && { asked: promptAsked }),
      ...(promptLocal !== undefined && { local: promptLocal }),
      ...(promptTokens !== undefined && { reported: promptTokens }),
      ...(cachedTokens !== undefined && { cached: cachedTokens }),
    };
  }

  #outputCounts(): RequestRecord['output'] {
    const { completionTokens, reasoningTokens } = this.#usage;
    return {
      ...(this.facts.outputAsked !== undefined && { asked: this.facts.outputAsked }),
      ...(completionTokens !== undefined && { reported: completionTokens }),
      ...(reasoningTokens !== undefined && { reportedReasoning: reasoningTokens }),
    };
  }

  /** Times of one request never go backwards; where the clocks disagree the later one stands and it is told. */
  #lastStamp = 0;
  #inOrder(at: number): Nanoseconds {
    const stamp = nanoseconds(at);
    if (stamp >= this.#lastStamp) {
      this.#lastStamp = stamp;
      return stamp;
    }
    this.#options.onDisorder(this.#lastStamp - stamp);
    return this.#lastStamp as Nanoseconds;
  }
}
