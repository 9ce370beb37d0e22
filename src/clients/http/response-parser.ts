import { ProtocolError } from '../../core/stream.ts';
import { KnownHead } from './known-head.ts';
import { type ResponseFraming, readHead } from './response-head.ts';

/** Receives the parts of one response as ranges of the caller's buffers. */
export interface ResponseSink {
  /** The final head, up to and with its blank line. */
  onHead(status: number, bytes: Uint8Array, start: number, end: number): void;
  /** A contiguous piece of the body, framing removed. */
  onBody(bytes: Uint8Array, start: number, end: number): void;
}

const mostHeadBytes = 64 * 1024;
const mostChunkLineBytes = 16 * 1024;
/** 13 hexadecimal digits stay below 2^53. */
const mostChunkSizeDigits = 13;

const lineFeed = 10;
const carriageReturn = 13;
const semicolon = 59;
const httpSlash = Buffer.from('HTTP/');

/** One a thread: its connections mostly lead to one server. */
const knownHead = new KnownHead();

const states = {
  head: 0,
  countedBody: 1,
  bodyUntilClose: 2,
  chunkSize: 3,
  chunkExtension: 4,
  chunkData: 5,
  chunkDataEnd: 6,
  trailers: 7,
  done: 8,
} as const;

/**
 * Incremental HTTP/1.x response parser (RFC 9112). Allocates per response, not per piece, and
 * throws `ProtocolError` at bytes that are not a response or whose lengths contradict each other.
 */
export class ResponseParser {
  readonly #sink: ResponseSink;
  #head = new Uint8Array(1024);
  #headLength = 0;
  /** Bytes of the current line of head or trailers, its line feed not counted. */
  #lineLength = 0;
  #lineIsBlank = true;
  #state: (typeof states)[keyof typeof states] = states.head;
  #remaining = 0;
  #sizeDigits = 0;
  #sectionLength = 0;
  #keepAlive = false;

  constructor(sink: ResponseSink) {
    this.#sink = sink;
  }

  get done(): boolean {
    return this.#state === states.done;
  }

  /** Nothing of a response has been seen yet. */
  get untouched(): boolean {
    return this.#state === states.head && this.#headLength === 0;
  }

  /** The connection may carry another request; meaningful once `done`. */
  get keepAlive(): boolean {
    return this.#keepAlive;
  }

  /** Ready for the next response on the same connection. */
  reset(): void {
    this.#state = states.head;
    this.#headLength = 0;
    this.#lineLength = 0;
    this.#lineIsBlank = true;
    this.#keepAlive = false;
  }

  /** Parses `bytes[start, end)`; returns where the response ended, or `end` if more is to come. */
  push(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end && this.#state !== states.done) {
      switch (this.#state) {
        case states.head:
          at = this.#pushHead(bytes, at, end);
          break;
        case states.countedBody:
        case states.chunkData:
          at = this.#pushCounted(bytes, at, end);
          break;
        case states.bodyUntilClose:
          this.#sink.onBody(bytes, at, end);
          at = end;
          break;
        case states.trailers:
          at = this.#pushTrailers(bytes, at, end);
          break;
        default:
          at = this.#pushChunkFraming(bytes, at, end);
      }
    }
    return at;
  }

  /** The peer closed its side; true when that completes the response. */
  finish(): boolean {
    if (this.#state === states.bodyUntilClose) this.#state = states.done;
    return this.#state === states.done;
  }

  #pushHead(bytes: Uint8Array, start: number, end: number): number {
    const framing = this.#headLength === 0 ? knownHead.at(bytes, start, end) : undefined;
    if (!framing) return this.#pushHeadLine(bytes, start, end);
    const next = start + knownHead.length;
    this.#frame(framing);
    this.#sink.onHead(framing.status, bytes, start, next);
    return next;
  }

  #pushHeadLine(bytes: Uint8Array, start: number, end: number): number {
    const found = bytes.subarray(start, end).indexOf(lineFeed);
    const lineEnd = found < 0 ? end : start + found;
    this.#measureLine(bytes, start, lineEnd);
    const next = found < 0 ? end : lineEnd + 1;
    this.#keepHead(bytes, start, next);
    if (found < 0) return next;
    const blank = this.#lineIsBlank;
    const leading = this.#headLength <= 2;
    this.#startLine();
    if (!blank) return next;
    if (leading) this.#headLength = 0;
    else this.#endHead();
    return next;
  }

  #keepHead(bytes: Uint8Array, start: number, end: number): void {
    const length = this.#headLength + end - start;
    if (length > mostHeadBytes) throw new ProtocolError(`response head larger than ${mostHeadBytes} bytes`);
    if (length > this.#head.length) {
      const larger = new Uint8Array(Math.max(length, this.#head.length * 2));
      larger.set(this.#head.subarray(0, this.#headLength));
      this.#head = larger;
    }
    this.#head.set(bytes.subarray(start, end), this.#headLength);
    const from = this.#headLength;
    this.#headLength = length;
    this.#checkStart(from);
  }

  /** Something that does not speak HTTP is recognised by its first bytes, not by silence. */
  #checkStart(from: number): void {
    const first = this.#head[0];
    if (first === carriageReturn || first === lineFeed) return;
    for (let i = from; i < Math.min(this.#headLength, httpSlash.length); i++) {
      if (this.#head[i] !== httpSlash[i]) throw new ProtocolError('the answer does not start with HTTP/');
    }
  }

  #endHead(): void {
    const length = this.#headLength;
    const framing = readHead(this.#head, length);
    if (framing.status < 200) {
      if (framing.status === 101) throw new ProtocolError('the server switched protocols unasked');
      this.reset();
      return;
    }
    knownHead.remember(this.#head, length, framing);
    this.#frame(framing);
    this.#sink.onHead(framing.status, this.#head, 0, length);
  }

  #frame(framing: ResponseFraming): void {
    this.#keepAlive = framing.keepAlive;
    this.#remaining = 0;
    this.#sizeDigits = 0;
    this.#sectionLength = 0;
    if (framing.body === 'chunked') this.#state = states.chunkSize;
    else if (framing.body === 'until-close') this.#state = states.bodyUntilClose;
    else {
      this.#remaining = framing.body;
      this.#state = this.#remaining === 0 ? states.done : states.countedBody;
    }
  }

  #pushCounted(bytes: Uint8Array, start: number, end: number): number {
    const until = Math.min(end, start + this.#remaining);
    this.#remaining -= until - start;
    if (this.#remaining === 0) this.#state = this.#state === states.countedBody ? states.done : states.chunkDataEnd;
    this.#sink.onBody(bytes, start, until);
    return until;
  }

  #pushChunkFraming(bytes: Uint8Array, start: number, end: number): number {
    for (let at = start; at < end; at++) {
      const byte = bytes[at] ?? 0;
      if (this.#state === states.chunkDataEnd) this.#pushChunkDataEnd(byte);
      else if (byte === lineFeed) this.#endChunkLine();
      else if (this.#state === states.chunkSize) this.#pushChunkSize(byte);
      else if (++this.#sectionLength > mostChunkLineBytes) throw new ProtocolError('chunk extension too long');
      if (this.#state !== states.chunkSize && this.#state !== states.chunkExtension) return at + 1;
    }
    return end;
  }

  #pushChunkDataEnd(byte: number): void {
    if (byte === lineFeed) {
      this.#state = states.chunkSize;
      this.#sizeDigits = 0;
      this.#sectionLength = 0;
    } else if (byte !== carriageReturn || ++this.#sectionLength > 1) {
      throw new ProtocolError('chunk longer than its size says');
    }
  }

  #pushChunkSize(byte: number): void {
    const digit = hexadecimal(byte);
    if (digit >= 0 && this.#sectionLength === 0) {
      if (++this.#sizeDigits > mostChunkSizeDigits) throw new ProtocolError('chunk size is absurd');
      this.#remaining = this.#remaining * 16 + digit;
    } else if (this.#sizeDigits > 0 && (byte === semicolon || byte === 32 || byte === 9)) {
      this.#state = states.chunkExtension;
    } else if (byte === carriageReturn && this.#sizeDigits > 0 && this.#sectionLength === 0) {
      this.#sectionLength = 1;
    } else {
      throw new ProtocolError(`chunk size has the byte 0x${byte.toString(16).padStart(2, '0')}`);
    }
  }

  #endChunkLine(): void {
    if (this.#sizeDigits === 0) throw new ProtocolError('chunk without a size');
    this.#sectionLength = 0;
    if (this.#remaining > 0) this.#state = states.chunkData;
    else {
      this.#state = states.trailers;
      this.#startLine();
    }
  }

  #pushTrailers(bytes: Uint8Array, start: number, end: number): number {
    const found = bytes.subarray(start, end).indexOf(lineFeed);
    const lineEnd = found < 0 ? end : start + found;
    this.#measureLine(bytes, start, lineEnd);
    this.#sectionLength += lineEnd - start;
    if (this.#sectionLength > mostHeadBytes) throw new ProtocolError(`trailers larger than ${mostHeadBytes} bytes`);
    if (found < 0) return end;
    if (this.#lineIsBlank) this.#state = states.done;
    this.#startLine();
    return lineEnd + 1;
  }

  #startLine(): void {
    this.#lineLength = 0;
    this.#lineIsBlank = true;
  }

  /** A line is blank if it holds at most one carriage return. */
  #measureLine(bytes: Uint8Array, start: number, end: number): void {
    if (end === start) return;
    this.#lineLength += end - start;
    this.#lineIsBlank = this.#lineLength === 1 && bytes[start] === carriageReturn;
  }
}

function hexadecimal(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}
