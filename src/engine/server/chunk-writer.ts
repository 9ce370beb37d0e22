import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Clock } from '../../core/clock.ts';
import type { Nanoseconds } from '../../core/units.ts';
import { descriptorOf } from '../../system/descriptor.ts';
import { type SendBuffer, sendBuffer } from '../../system/direct-send.ts';

const bufferBytes = 64 * 1024;
/** Before the payload there is room for its size, which is known once the payload has been laid out. */
const sizeRoom = 256;
/** No encoding takes more bytes than this for a unit of a JavaScript string. */
const mostBytesPerUnit = 3;
const carriageReturn = 13;
const lineFeed = 10;
const lineEnd = Buffer.from('\r\n');

/** How the bytes of a body are told apart from what follows. */
export interface Framing {
  /** Without it the bytes are sent as they are. */
  chunked: boolean;
  /** Behind the size of each chunk, with its semicolon. */
  extension: string;
}

/**
 * Puts pieces of a body on a socket and says when, by a clock read directly before the write. A piece
 * is laid out in memory that all share and leaves in one system call, where the socket allows that.
 */
export class ChunkWriter {
  readonly framing: Framing = { chunked: true, extension: '' };
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #bytes: Buffer;
  readonly #direct: SendBuffer | undefined;
  #descriptor: number | undefined;
  #waited = false;

  constructor(socket: Socket, clock: Clock) {
    const { bytes, direct } = layout();
    this.#socket = socket;
    this.#clock = clock;
    this.#bytes = bytes;
    this.#direct = socket instanceof TLSSocket ? undefined : direct;
  }

  /** The last piece found earlier bytes that still waited for the client. */
  get waited(): boolean {
    return this.#waited;
  }

  write(payload: string | Uint8Array): Nanoseconds {
    if (payload.length * mostBytesPerUnit > bufferBytes - 2 * sizeRoom) return this.#writeLarge(payload);
    const bytes = this.#bytes;
    let end = sizeRoom;
    if (typeof payload === 'string') end += bytes.write(payload, sizeRoom);
    else {
      bytes.set(payload, sizeRoom);
      end += payload.length;
    }
    if (!this.framing.chunked) return this.#send(sizeRoom, end);
    const start = this.#sizeBefore(sizeRoom, end - sizeRoom);
    bytes[end++] = carriageReturn;
    bytes[end++] = lineFeed;
    return this.#send(start, end);
  }

  /** Writes a chunk's size so that it ends at `place`; returns where it begins. */
  #sizeBefore(place: number, size: number): number {
    const bytes = this.#bytes;
    const { extension } = this.framing;
    let start = place;
    bytes[--start] = lineFeed;
    bytes[--start] = carriageReturn;
    if (extension !== '') {
      start -= extension.length;
      bytes.write(extension, start, 'latin1');
    }
    for (let left = size; left > 0; left >>>= 4) bytes[--start] = hexDigit(left & 15);
    return start;
  }

  #send(start: number, end: number): Nanoseconds {
    const socket = this.#socket;
    const descriptor = this.#freeDescriptor();
    const at = this.#clock.now();
    const sent = descriptor === undefined ? 0 : (this.#direct?.send(descriptor, start, end) ?? 0);
    // What the kernel did not take waits with Node; a copy, since the next piece goes to the same place.
    if (start + sent < end) socket.write(Buffer.from(this.#bytes.subarray(start + sent, end)));
    return at;
  }

  /** Of a socket that is open and has nothing to send before this. */
  #freeDescriptor(): number | undefined {
    const socket = this.#socket;
    const queued = socket.writableLength > 0;
    const corked = socket.writableCorked > 0;
    this.#waited = queued && !corked;
    if (!this.#direct || queued || corked || socket.destroyed) return undefined;
    this.#descriptor ??= descriptorOf(socket);
    return this.#descriptor;
  }

  #writeLarge(payload: string | Uint8Array): Nanoseconds {
    const { chunked, extension } = this.framing;
    const body = typeof payload === 'string' ? Buffer.from(payload) : payload;
    const size = Buffer.from(`${body.length.toString(16)}${extension}\r\n`);
    const frame = chunked ? Buffer.concat([size, body, lineEnd]) : body;
    this.#waited = this.#socket.writableLength > 0 && this.#socket.writableCorked === 0;
    const at = this.#clock.now();
    this.#socket.write(frame);
    return at;
  }
}

const hexDigit = (value: number): number => value + (value < 10 ? 48 : 87);

let shared: { readonly bytes: Buffer; readonly direct: SendBuffer | undefined } | undefined;

/** One a thread: a piece leaves, or is copied, before the next is laid out. */
function layout(): NonNullable<typeof shared> {
  if (!shared) {
    const direct = sendBuffer(bufferBytes);
    shared = { bytes: direct?.bytes ?? Buffer.alloc(bufferBytes), direct };
  }
  return shared;
}
