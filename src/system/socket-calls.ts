import { withoutWaitOrSignal } from './direct-send.ts';
import { type Libc, loadLibc, loadNative } from './libc.ts';

/** What is asked of the kernel about sockets where Node's own would not do. */
export interface SocketCalls {
  /** Listens without blocking; the descriptor and the port, or an error's code. */
  listen(options: ListenCalls): { readonly descriptor: number; readonly port: number };
  /** The next connection that was made; absent where none waits. */
  accept(listening: number): number | undefined;
  /** Bytes read, 0 at the peer's end, absent where nothing has come. Throws at a broken connection. */
  receive(descriptor: number, into: Uint8Array): number | undefined;
  /** Bytes taken, 0 where the kernel's buffer is full. Throws at a broken connection. */
  send(descriptor: number, bytes: Uint8Array): number;
  /** Each send leaves as a segment of its own. */
  dontWait(descriptor: number): void;
  /** Says that nothing more will come, and goes on reading. */
  finish(descriptor: number): void;
  close(descriptor: number): void;
  /** From now on a close of the socket, by whomever, is a reset. */
  resetOnClose(descriptor: number): void;
  /** Waits in another thread until one of the sockets has something to read, or so many milliseconds. */
  readable(descriptors: readonly number[], milliseconds: number): Promise<ReadonlySet<number>>;
}

export interface ListenCalls {
  /** An IPv4 address, or `::1`. */
  readonly host: string;
  /** Absent or 0: the kernel chooses. */
  readonly port?: number;
  /** Connections that the kernel keeps for us before it lets new ones wait outside. */
  readonly backlog: number;
  /** Bytes the kernel keeps of what we do not read; its own choice if absent. */
  readonly receiveBuffer?: number;
}

// Linux: include/uapi/asm-generic/socket.h, include/uapi/linux/{in,tcp}.h.
const internet4 = 2;
const internet6 = 10;
const stream = 1;
const withoutBlocking = 0o4000;
const closeOnExec = 0o2000000;
const socketLevel = 1;
const tcpLevel = 6;
const noDelay = 1;
const reuseAddress = 2;
const receiveBufferSize = 8;
const linger = 13;
const finishWrites = 1;
const pollIn = 1;
const pollEntryBytes = 8;
/** More is sent in several calls. */
const sendBytes = 64 * 1024;

let loaded: SocketCalls | null | undefined;

/** Absent where `loadNative` finds nothing. */
export function loadSocketCalls(): SocketCalls | undefined {
  loaded ??= tryToLoad() ?? null;
  return loaded ?? undefined;
}

function tryToLoad(): SocketCalls | undefined {
  const [native, libc] = [loadNative(), loadLibc()];
  return native && libc && overLibc(native.library, libc);
}

type Library = NonNullable<ReturnType<typeof loadNative>>['library'];

function overLibc(library: Library, libc: Libc): SocketCalls {
  const accept = library.func('int accept4(int, void *, void *, int)');
  const receive = library.func('int64_t recv(int, void *, uint64_t, int)');
  const shutdown = library.func('int shutdown(int, int)');
  const poll = library.func('int poll(void *, uint64_t, int)');
  const outgoing = libc.allocate(sendBytes);
  const outgoingBytes = new Uint8Array(outgoing.memory);

  const failure = (call: string): Error => {
    const code = libc.errorCode();
    return Object.assign(new Error(`${call}: ${code}`), { code });
  };
  const set = (descriptor: number, level: number, option: number, ...values: number[]): void => {
    const bytes = new Uint8Array(Int32Array.from(values).buffer);
    if (libc.setsockopt(descriptor, level, option, bytes, bytes.length) < 0) throw failure('setsockopt');
  };
  /** What a call that may have to wait came to. */
  const now = (call: string, result: number | bigint): number | undefined => {
    if (Number(result) >= 0) return Number(result);
    if (libc.errorCode() === 'EAGAIN') return undefined;
    throw failure(call);
  };
  return {
    listen: listening(library, set, failure),
    accept: (socket) => now('accept', accept(socket, null, null, withoutBlocking | closeOnExec)),
    receive: (descriptor, into) => now('recv', receive(descriptor, into, into.length, 0)),
    send(descriptor, bytes) {
      const length = Math.min(bytes.length, sendBytes);
      outgoingBytes.set(bytes.subarray(0, length));
      return now('send', libc.send(descriptor, outgoing.address, length, withoutWaitOrSignal)) ?? 0;
    },
    dontWait: (descriptor) => set(descriptor, tcpLevel, noDelay, 1),
    finish: (descriptor) => void shutdown(descriptor, finishWrites),
    close: (descriptor) => void libc.close(descriptor),
    resetOnClose: (descriptor) => set(descriptor, socketLevel, linger, 1, 0),
    async readable(descriptors, milliseconds) {
      const entries = Buffer.alloc(descriptors.length * pollEntryBytes);
      for (const [i, descriptor] of descriptors.entries()) {
        entries.writeInt32LE(descriptor, i * pollEntryBytes);
        entries.writeInt16LE(pollIn, i * pollEntryBytes + 4);
      }
      await new Promise((resolve) => poll.async(entries, descriptors.length, milliseconds, resolve));
      return new Set(descriptors.filter((_, i) => entries.readInt16LE(i * pollEntryBytes + 6) !== 0));
    },
  };
}

type SetOption = (descriptor: number, level: number, option: number, ...values: number[]) => void;

function listening(library: Library, set: SetOption, failure: (call: string) => Error): SocketCalls['listen'] {
  const socket = library.func('int socket(int, int, int)');
  const bind = library.func('int bind(int, void *, uint32_t)');
  const listen = library.func('int listen(int, int)');
  const nameOf = library.func('int getsockname(int, _Inout_ uint8_t *, _Inout_ uint32_t *)');
  return ({ host, port = 0, backlog, receiveBuffer }) => {
    const address = socketAddress(host, port);
    const descriptor = socket(address.readUInt16LE(0), stream | withoutBlocking | closeOnExec, 0);
    if (descriptor < 0) throw failure('socket');
    set(descriptor, socketLevel, reuseAddress, 1);
    // Before the sockets that inherit it agree on a window with their peers.
    if (receiveBuffer !== undefined) set(descriptor, socketLevel, receiveBufferSize, receiveBuffer);
    if (bind(descriptor, address, address.length) < 0) throw failure('bind');
    if (listen(descriptor, backlog) < 0) throw failure('listen');
    nameOf(descriptor, address, [address.length]);
    return { descriptor, port: address.readUInt16BE(2) };
  };
}

/** A `struct sockaddr_in` or `sockaddr_in6`. */
function socketAddress(host: string, port: number): Buffer {
  if (host === '::1') {
    const address = Buffer.alloc(28);
    address.writeUInt16LE(internet6);
    address.writeUInt16BE(port, 2);
    address[23] = 1;
    return address;
  }
  const address = Buffer.alloc(16);
  address.writeUInt16LE(internet4);
  address.writeUInt16BE(port, 2);
  address.set(host.split('.').map(Number), 4);
  return address;
}
