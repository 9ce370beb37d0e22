import { Chains } from './chains.ts';
import type { Mutable } from './mutable.ts';
import { notYet } from './units.ts';

/**
 * The tape: everything that happened on the wire, in order, as bytes in shared memory.
 *
 * A receiving worker appends to it and does nothing else: no JSON, no text, no object per token.
 * Another thread reads it and makes records. What a crashed worker wrote can still be read.
 *
 * An entry is a 32-byte head and a payload padded to 8 bytes; entries never straddle segments.
 *
 *   0  f64  at        when it happened: the kernel's stamp where there is one, or what the loop's polls tell (ns of the run)
 *   8  f64  userAt    when user space read it
 *  16  u32  request   id of the request
 *  20  u16  kind      `TapeKind`
 *  22  u16  flags     `tapeFlags`
 *  24  u32  length    payload bytes
 *  28  u32  extra     by kind
 */
export const tapeKinds = {
  /** No connection was idle: one is being opened for this request. `sent` follows when it stands; `end` alone when it fails. */
  connecting: 8,
  /** The request's bytes are about to be handed to the kernel. */
  sent: 1,
  /** The kernel has taken the last byte of the request. */
  written: 2,
  /** A new connection was opened for this request; `extra`: microseconds it took. */
  connected: 3,
  /** Status line and headers; payload: the raw head (latin1), `extra`: status code. */
  head: 4,
  /** De-framed body bytes of one read. */
  body: 5,
  /** The exchange is over; `extra`: `endCauses`, payload: detail (UTF-8). */
  end: 6,
  /** `at` is when the request was due and `extra` its user: closed-loop dispatch, where only the run decides that. */
  due: 7,
  /**
   * The server closed a connection kept from an earlier request before a byte of this one's answer: the request goes
   * again, on a new connection. `connecting` and another `sent` follow; `extra`: `endCauses`.
   */
  again: 9,
} as const;

export type TapeKind = (typeof tapeKinds)[keyof typeof tapeKinds];

export const tapeFlags = {
  /** This piece came with the same read as the piece before it. */
  sameRead: 1,
  /** The stamp is a bound, not exact: several events waited in one read after a late wake. */
  bounded: 2,
  /** The connection had carried a request before. */
  reusedConnection: 4,
} as const;

/** Why an exchange ended, as the transport sees it. */
export const endCauses = {
  /** The response is complete by its own framing. */
  complete: 0,
  /** No connection: DNS, refused, unreachable. Detail: the system's code. */
  connectFailed: 1,
  /** TLS handshake failed. */
  tlsFailed: 2,
  /** The peer closed before the response was complete. */
  fin: 3,
  /** The peer reset the connection. Detail: the system's code. */
  reset: 4,
  /** The bytes are not HTTP, or a chunk size or length is wrong. */
  protocol: 5,
  /** We closed it: timeout, cancellation. */
  aborted: 6,
} as const;

export type EndCause = (typeof endCauses)[keyof typeof endCauses];

const entryHead = 32;
const segmentHead = 64;
/** Longer payloads are copied through a view of their source, which costs garbage. */
const copiedByHand = 512;
/** Four bytes at a time take a sixth of the time of four single ones. */
const wordBytes = 4;
const defaultSegmentBytes = 1 << 22;
const nothing = new Uint8Array();

const padded = (length: number): number => (length + 7) & ~7;

export class TapeWriter {
  readonly #segmentBytes: number;
  readonly #announce: (segment: SharedArrayBuffer) => void;
  readonly #spare: SharedArrayBuffer[] = [];
  #committed: Int32Array;
  #view: DataView;
  #bytes: Uint8Array;
  #position = 0;
  /** Who holds entries back, and where the first of these lies. */
  #holders = 0;
  #heldFrom = 0;
  /** What was copied from the last time, and a view of it: most transports read into one buffer all the time. */
  #source: Uint8Array = nothing;
  #sourceView: DataView = new DataView(nothing.buffer);

  /** `announce` is called with each new segment, before anything is in it. */
  constructor(announce: (segment: SharedArrayBuffer) => void, segmentBytes = defaultSegmentBytes) {
    this.#segmentBytes = segmentBytes;
    this.#announce = announce;
    const segment = new SharedArrayBuffer(segmentBytes);
    this.#committed = new Int32Array(segment, 0, 2);
    this.#view = new DataView(segment, segmentHead);
    this.#bytes = new Uint8Array(segment, segmentHead);
    announce(segment);
  }

  /** Gives back a segment that the reader is done with. */
  recycle(segment: SharedArrayBuffer): void {
    if (segment.byteLength === this.#segmentBytes && this.#spare.length < 8) this.#spare.push(segment);
  }

  write(kind: TapeKind, request: number, at: number, userAt: number, extra = 0, flags = 0): void {
    const position = this.#reserve(0);
    this.#putHead(position, kind, request, at, userAt, 0, extra, flags);
    this.#commit(position + entryHead);
  }

  /** Copies `source[start, end)`; a payload that does not fit a segment is split, flagged `sameRead`. */
  writeBytes(
    kind: TapeKind,
    request: number,
    at: number,
    userAt: number,
    source: Uint8Array,
    start: number,
    end: number,
    extra = 0,
    flags = 0,
  ): void {
    const most = (this.#bytes.length - entryHead) & ~7;
    let from = start;
    let pieceFlags = flags;
    do {
      const length = Math.min(most, end - from);
      const position = this.#reserve(length);
      this.#putHead(position, kind, request, at, userAt, length, extra, pieceFlags);
      const target = position + entryHead;
      if (length <= copiedByHand) this.#copy(target, source, from, length);
      else this.#bytes.set(source.subarray(from, from + length), target);
      this.#commit(target + padded(length));
      from += length;
      pieceFlags |= tapeFlags.sameRead;
    } while (from < end);
  }

  /** What is written from now on is not shown to the reader before `show`, so that its times can still be set. */
  hold(): void {
    if (this.#holders++ === 0) this.#heldFrom = this.#position;
  }

  /**
   * Ends one `hold`: gives every entry held back the time that `timeOf` makes of its two, and shows them if nobody else
   * holds them. Entries of a segment that became full meanwhile have been shown as they were.
   */
  show(timeOf: (at: number, userAt: number) => number): void {
    const view = this.#view;
    for (let at = this.#heldFrom; at < this.#position; at += sizeAt(view, at))
      view.setFloat64(at, timeOf(view.getFloat64(at, true), view.getFloat64(at + 8, true)), true);
    if (--this.#holders === 0) Atomics.store(this.#committed, 0, this.#position);
  }

  /** Without garbage, as long as the source stays the same. */
  #copy(target: number, source: Uint8Array, from: number, length: number): void {
    if (source !== this.#source) {
      this.#source = source;
      this.#sourceView = new DataView(source.buffer, source.byteOffset, source.byteLength);
    }
    const [view, sourceView, bytes] = [this.#view, this.#sourceView, this.#bytes];
    let i = 0;
    for (; i + wordBytes <= length; i += wordBytes)
      view.setInt32(target + i, sourceView.getInt32(from + i, true), true);
    for (; i < length; i++) bytes[target + i] = source[from + i] as number;
  }

  #reserve(length: number): number {
    const needed = entryHead + padded(length);
    if (this.#position + needed > this.#bytes.length) this.#nextSegment();
    return this.#position;
  }

  #nextSegment(): void {
    const sealed = this.#committed;
    Atomics.store(sealed, 0, this.#position);
    this.#heldFrom = 0;
    const segment = this.#spare.pop() ?? new SharedArrayBuffer(this.#segmentBytes);
    this.#committed = new Int32Array(segment, 0, 2);
    this.#view = new DataView(segment, segmentHead);
    this.#bytes = new Uint8Array(segment, segmentHead);
    this.#position = 0;
    this.#announce(segment);
    Atomics.store(sealed, 1, 1);
  }

  #putHead(
    position: number,
    kind: number,
    request: number,
    at: number,
    userAt: number,
    length: number,
    extra: number,
    flags: number,
  ): void {
    const view = this.#view;
    view.setFloat64(position, at, true);
    view.setFloat64(position + 8, userAt, true);
    view.setUint32(position + 16, request, true);
    view.setUint16(position + 20, kind, true);
    view.setUint16(position + 22, flags, true);
    view.setUint32(position + 24, length, true);
    view.setUint32(position + 28, extra, true);
  }

  #commit(end: number): void {
    this.#position = end;
    if (this.#holders === 0) Atomics.store(this.#committed, 0, end);
  }
}

export interface TapeEntry {
  readonly kind: number;
  readonly request: number;
  readonly at: number;
  readonly userAt: number;
  readonly extra: number;
  readonly flags: number;
  /** The payload is `segment[start, end)`, valid during the call only; `view` shows the same bytes. */
  readonly segment: Uint8Array;
  readonly view: DataView;
  readonly start: number;
  readonly end: number;
}

/** The payload as a view of its own: costs an allocation, which no token should. */
export const payloadOf = ({ segment, start, end }: TapeEntry): Uint8Array => segment.subarray(start, end);

interface ReadSegment {
  readonly buffer: SharedArrayBuffer;
  readonly state: Int32Array;
  readonly view: DataView;
  readonly bytes: Uint8Array;
  position: number;
}

/** What a processor fetches from memory in one go. */
const cacheLineBytes = 64;

/** Bytes of the entry at `at`. */
const sizeAt = (view: DataView, at: number): number => entryHead + padded(view.getUint32(at + 24, true));

/** Whoever waits for the core is let in after so many entries: found, a matter of 0.1 µs each, and visited, of 1 to 2 µs. */
const foundAtOnce = 256;
const visitedAtOnce = 16;

/** Reads one writer's segments in the order they were announced. */
export class TapeReader {
  readonly #segments: ReadSegment[] = [];
  readonly #recycle: (segment: SharedArrayBuffer) => void;
  /** Of the entries that are about to be visited: where they lie, by request. */
  readonly #places = new Chains();
  /** Of no use, but that V8 cannot leave out reading what it is made of. */
  #fetched = 0;
  readonly #entry: Mutable<TapeEntry> = {
    kind: 0,
    request: 0,
    at: notYet,
    userAt: notYet,
    extra: 0,
    flags: 0,
    segment: nothing,
    view: new DataView(nothing.buffer),
    start: 0,
    end: 0,
  };

  constructor(recycle: (segment: SharedArrayBuffer) => void = () => {}) {
    this.#recycle = recycle;
  }

  addSegment(buffer: SharedArrayBuffer): void {
    this.#segments.push({
      buffer,
      state: new Int32Array(buffer, 0, 2),
      view: new DataView(buffer, segmentHead),
      bytes: new Uint8Array(buffer, segmentHead),
      position: 0,
    });
  }

  /** Visits what has been committed since the last call; returns the number of entries. The entry object is reused. */
  drain(visit: (entry: TapeEntry) => void): number {
    return this.#drain((segment) => this.#visitInOrder(segment, visit));
  }

  /**
   * As `drain`, but what there is of one request comes in one go, as long as it lies in one segment: what a reader
   * keeps of a request is then fetched from memory once and not for every token. `giveWay` is called often, wherever
   * somebody else may have the core.
   */
  drainByRequest(visit: (entry: TapeEntry) => void, giveWay: () => void = () => {}): number {
    return this.#drain((segment) => this.#visitByRequest(segment, visit, giveWay));
  }

  #drain(read: (segment: ReadSegment) => number): number {
    let count = 0;
    for (;;) {
      const segment = this.#segments[0];
      if (!segment) return count;
      const sealed = Atomics.load(segment.state, 1) === 1;
      count += read(segment);
      if (!sealed) return count;
      this.#segments.shift();
      Atomics.store(segment.state, 0, 0);
      Atomics.store(segment.state, 1, 0);
      this.#recycle(segment.buffer);
    }
  }

  #visitInOrder(segment: ReadSegment, visit: (entry: TapeEntry) => void): number {
    const end = Atomics.load(segment.state, 0);
    let count = 0;
    for (; segment.position < end; count++) {
      const at = segment.position;
      segment.position = at + sizeAt(segment.view, at);
      visit(this.#entryAt(segment, at));
    }
    return count;
  }

  #visitByRequest(segment: ReadSegment, visit: (entry: TapeEntry) => void, giveWay: () => void): number {
    const end = Atomics.load(segment.state, 0);
    const { view } = segment;
    const places = this.#places;
    places.clear();
    for (let at = segment.position, next = at; at < end; at = next) {
      next += sizeAt(view, at);
      places.add(view.getUint32(at + 16, true), at);
      if (places.length % foundAtOnce === 0) giveWay();
      // In this order the processor sees coming what is fetched; in that of the visits each line would be waited for.
      for (let line = at + cacheLineBytes; line < next; line += cacheLineBytes) this.#fetched ^= view.getInt8(line);
    }
    segment.position = end;
    let visited = 0;
    places.forEach((at) => {
      visit(this.#entryAt(segment, at));
      if (++visited % visitedAtOnce === 0) giveWay();
    });
    return places.length;
  }

  #entryAt({ bytes, view }: ReadSegment, at: number): TapeEntry {
    const entry = this.#entry;
    entry.segment = bytes;
    entry.view = view;
    entry.at = view.getFloat64(at, true);
    entry.userAt = view.getFloat64(at + 8, true);
    entry.request = view.getUint32(at + 16, true);
    entry.kind = view.getUint16(at + 20, true);
    entry.flags = view.getUint16(at + 22, true);
    entry.extra = view.getUint32(at + 28, true);
    entry.start = at + entryHead;
    entry.end = entry.start + view.getUint32(at + 24, true);
    return entry;
  }
}
