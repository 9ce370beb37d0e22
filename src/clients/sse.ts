import { ProtocolError } from '../core/stream.ts';

/** One event: its data, its size on the wire with the blank line, and its type (`message` unless named). */
export type OnServerSentEvent = (data: string, bytesOnWire: number, type: string) => void;

const lineFeed = 10;
const carriageReturn = 13;
const mostLineBytes = 64 * 1024 * 1024;

/**
 * Server-sent events from bytes (WHATWG HTML §9.2.6). An event is delivered with the first byte
 * of the terminator of its blank line: never later, whether that is LF, CR or the CR of CRLF.
 */
export class SseReader {
  /** The unfinished line, where a read ended inside one. */
  #carry = new Uint8Array(512);
  #carryLength = 0;
  #afterCarriageReturn = false;
  /** The last line of this block ended with CR and LF. */
  #bothTerminators = false;
  #isFirstLine = true;
  #blockBytes = 0;
  #data: string | undefined;
  #type = '';

  /** Nothing that came before has to do with the next byte. */
  get atEvent(): boolean {
    return (
      this.#blockBytes === 0 &&
      this.#carryLength === 0 &&
      !this.#afterCarriageReturn &&
      !this.#bothTerminators &&
      !this.#isFirstLine
    );
  }

  push(bytes: Uint8Array, onEvent: OnServerSentEvent): void {
    const chunk = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = this.#skipLineFeedOfPair(chunk);
    let feed = chunk.indexOf(lineFeed, at);
    let carriage = chunk.indexOf(carriageReturn, at);
    for (;;) {
      const byReturn = carriage >= 0 && (feed < 0 || carriage < feed);
      const end = byReturn ? carriage : feed;
      if (end < 0) break;
      this.#endLine(chunk, at, end, byReturn, onEvent);
      at = end + 1;
      if (byReturn) {
        this.#afterCarriageReturn = true;
        at += this.#skipLineFeedOfPair(chunk.subarray(at));
        carriage = chunk.indexOf(carriageReturn, at);
      }
      if (feed < at) feed = chunk.indexOf(lineFeed, at);
    }
    this.#keep(chunk, at, chunk.length);
  }

  /** The stream is over: an event whose blank line never came is delivered all the same. */
  end(onEvent: OnServerSentEvent): void {
    this.#afterCarriageReturn = false;
    if (this.#carryLength > 0) this.#readLine(this.#takeCarry(), 0);
    this.#dispatch(0, onEvent);
  }

  /** The LF of a CRLF ends no second line. It counts for its block; after a blank line the event is out already. */
  #skipLineFeedOfPair(chunk: Buffer): 0 | 1 {
    if (!this.#afterCarriageReturn || chunk.length === 0) return 0;
    this.#afterCarriageReturn = false;
    if (chunk[0] !== lineFeed) return 0;
    this.#bothTerminators = true;
    if (this.#blockBytes > 0) this.#blockBytes++;
    return 1;
  }

  #keep(chunk: Buffer, start: number, end: number): void {
    if (start === end) return;
    const length = this.#carryLength + end - start;
    if (length > mostLineBytes) throw new ProtocolError(`event line longer than ${mostLineBytes} bytes`);
    if (length > this.#carry.length) {
      const larger = new Uint8Array(Math.max(length, this.#carry.length * 2));
      larger.set(this.#carry.subarray(0, this.#carryLength));
      this.#carry = larger;
    }
    this.#carry.set(chunk.subarray(start, end), this.#carryLength);
    this.#carryLength = length;
  }

  #takeCarry(): Buffer {
    const line = Buffer.from(this.#carry.buffer, 0, this.#carryLength);
    this.#carryLength = 0;
    return line;
  }

  #endLine(chunk: Buffer, start: number, end: number, byReturn: boolean, onEvent: OnServerSentEvent): void {
    let blank: boolean;
    if (this.#carryLength > 0) {
      this.#keep(chunk, start, end);
      blank = !this.#readLine(this.#takeCarry(), 1);
    } else {
      blank = start === end || !this.#readLine(chunk.subarray(start, end), 1);
    }
    this.#isFirstLine = false;
    // The LF after a blank line's CR has not been seen yet; the stream's other lines tell that it will come.
    if (blank) this.#dispatch(byReturn && this.#bothTerminators ? 2 : 1, onEvent);
    else this.#bothTerminators = false;
  }

  /** Takes one line without its terminator; false if nothing but a byte order mark is on it. */
  #readLine(line: Buffer, terminatorBytes: number): boolean {
    const start = this.#isFirstLine && line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf ? 3 : 0;
    if (line.length === start) return false;
    this.#blockBytes += line.length + terminatorBytes;
    // `data:` is nearly every line: told by its bytes, before any text is decoded.
    if (isDataField(line, start)) {
      const value = line.toString('utf8', valueStart(line, start + 'data'.length), line.length);
      this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`;
      return true;
    }
    const text = line.toString('utf8', start, line.length);
    if (text === 'event') this.#type = '';
    else if (text.startsWith('event:')) this.#type = text.slice(text[6] === ' ' ? 7 : 6);
    return true;
  }

  #dispatch(terminatorBytes: number, onEvent: OnServerSentEvent): void {
    const data = this.#data;
    const bytes = this.#blockBytes + terminatorBytes;
    const type = this.#type || 'message';
    this.#data = undefined;
    this.#blockBytes = 0;
    this.#type = '';
    if (data !== undefined) onEvent(data, bytes, type);
  }
}

/** `data:…`, or `data` alone on its line. */
function isDataField(line: Buffer, start: number): boolean {
  return (
    line[start] === 100 &&
    line[start + 1] === 97 &&
    line[start + 2] === 116 &&
    line[start + 3] === 97 &&
    (line.length === start + 4 || line[start + 4] === 58)
  );
}

/** After the colon and one space, where they are. */
function valueStart(line: Buffer, colon: number): number {
  const start = line[colon + 1] === 32 ? colon + 2 : colon + 1;
  return Math.min(start, line.length);
}
