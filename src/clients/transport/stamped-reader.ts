import { type Address, type Libc, loadLibc } from '../../system/libc.ts';

const socketLevel = 1;
/** SO_TIMESTAMPNS, which is SCM_TIMESTAMPNS too. */
const timestampOption = 35;
const dontWait = 0x40;
const realtimeClock = 0;

const timeBytes = 16;
const messageBytes = 56;
const vectorBytes = 16;
const controlBytes = 64;
const bufferBytes = 64 * 1024;
const hour = 3600;

/** One block: time, `struct msghdr`, `struct iovec`, control messages, data. */
const messageAt = timeBytes;
const vectorAt = messageAt + messageBytes;
const controlAt = vectorAt + vectorBytes;
const dataAt = controlAt + controlBytes;

/** Reads sockets by `recvmsg`, which tells when the kernel received the bytes (socket(7), SO_TIMESTAMPNS). */
export class StampedReader {
  readonly #libc: Libc;
  readonly #address: Address;
  readonly #message: Address;
  readonly #view: DataView;
  readonly #on = new Uint8Array(Int32Array.of(1).buffer);
  /**
   * Whole seconds are counted from here: nanoseconds since 1970 would not fit a number. An hour ago, so that no stamp is a
   * small integer, which V8 would compile for.
   */
  readonly #epoch: number;
  readonly bytes: Uint8Array;
  /** Nanoseconds of the machine's clock since an origin of its own; NaN if the kernel gave none. */
  stamp = Number.NaN;

  constructor(libc: Libc) {
    const { address, memory } = libc.allocate(dataAt + bufferBytes);
    this.#libc = libc;
    this.#address = address;
    this.#message = address + messageAt;
    this.#view = new DataView(memory);
    this.bytes = new Uint8Array(memory, dataAt);
    this.#writeMessage();
    libc.clock_gettime(realtimeClock, address);
    this.#epoch = this.#seconds(0) - hour;
  }

  /** False if the kernel will not. */
  enable(fd: number): boolean {
    return this.#libc.setsockopt(fd, socketLevel, timestampOption, this.#on, 4) === 0;
  }

  /** Reads what is there to `bytes`; 0: the peer has closed its side. Returns −1 on failure, see `failure`. */
  read(fd: number): number {
    this.#view.setUint32(messageAt + 40, controlBytes, true);
    const length = this.#libc.recvmsg(fd, this.#message, dontWait);
    this.stamp = length > 0 ? this.#readStamp() : Number.NaN;
    return length;
  }

  /** Why the last read failed; undefined if there was merely nothing to read. */
  failure(): string | undefined {
    const code = this.#libc.errorCode();
    return code === 'EAGAIN' || code === 'EWOULDBLOCK' || code === 'EINTR' ? undefined : code;
  }

  /** The machine's clock now, as stamps have it. */
  now(): number {
    this.#libc.clock_gettime(realtimeClock, this.#address);
    return this.#time(0);
  }

  #writeMessage(): void {
    const view = this.#view;
    view.setBigUint64(messageAt + 16, BigInt(this.#address + vectorAt), true);
    view.setBigUint64(messageAt + 24, 1n, true);
    view.setBigUint64(messageAt + 32, BigInt(this.#address + controlAt), true);
    view.setBigUint64(messageAt + 40, 0n, true);
    view.setBigUint64(vectorAt, BigInt(this.#address + dataAt), true);
    view.setBigUint64(vectorAt + 8, BigInt(bufferBytes), true);
  }

  #readStamp(): number {
    const view = this.#view;
    const hasStamp =
      view.getUint32(messageAt + 40, true) >= 32 &&
      view.getInt32(controlAt + 8, true) === socketLevel &&
      view.getInt32(controlAt + 12, true) === timestampOption;
    return hasStamp ? this.#time(controlAt + 16) : Number.NaN;
  }

  /** A `struct timespec`. */
  #time(at: number): number {
    return (this.#seconds(at) - this.#epoch) * 1e9 + this.#view.getUint32(at + 8, true);
  }

  #seconds(at: number): number {
    return this.#view.getInt32(at + 4, true) * 2 ** 32 + this.#view.getUint32(at, true);
  }
}

let reader: StampedReader | null | undefined;

/** One a thread: its memory is never given back. Undefined where the kernel's stamps are out of reach. */
export function stampedReader(): StampedReader | undefined {
  if (reader === undefined) {
    const libc = loadLibc();
    reader = libc ? new StampedReader(libc) : null;
  }
  return reader ?? undefined;
}
