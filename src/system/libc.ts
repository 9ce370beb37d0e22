import { createRequire } from 'node:module';
import { endianness } from 'node:os';

/** Of memory that does not move; a number, which costs a call less than a `bigint`. */
export type Address = number;

/** The few system calls that Node does not offer, and memory for them. */
export interface Libc {
  setsockopt(fd: number, level: number, option: number, value: Uint8Array, length: number): number;
  recvmsg(fd: number, message: Address, flags: number): number;
  send(fd: number, bytes: Address, length: number, flags: number): number;
  clock_gettime(clock: number, time: Address): number;
  /** Sleeps this thread; `time` is a `struct timespec`. */
  clock_nanosleep(clock: number, flags: number, time: Address): number;
  /** Lets those who wait for this core have it first. */
  sched_yield(): number;
  /** What concerns the calling thread only, such as how late its sleeps may end. */
  prctl(option: number, value: number): number;
  epoll_create1(flags: number): number;
  epoll_ctl(epoll: number, operation: number, fd: number, event: Address): number;
  /** −1 milliseconds: without a limit. */
  epoll_wait(epoll: number, events: Address, most: number, milliseconds: number): number;
  timerfd_create(clock: number, flags: number): number;
  /** `time` is a `struct itimerspec`. */
  timerfd_settime(fd: number, flags: number, time: Address): number;
  close(fd: number): number;
  /** `process` 0 is the calling thread; `mask` has one bit a core. */
  sched_getaffinity(process: number, bytes: number, mask: Address): number;
  sched_setaffinity(process: number, bytes: number, mask: Address): number;
  /** Any other call, by its number on this architecture. */
  syscall(number: number, first: number, second: Address, third: number): number;
  /** Name of the error that the last call of this thread ended with, such as `EAGAIN`. */
  errorCode(): string;
  allocate(bytes: number): { readonly address: Address; readonly memory: ArrayBuffer };
}

/** `NULL` of C. */
const noAddress: Address = 0;

interface Native {
  readonly koffi: typeof import('koffi');
  /** The program itself, which holds the C library. */
  readonly library: ReturnType<typeof import('koffi').load>;
}

/** For calls that one module alone makes. Absent where the platform or the optional package `koffi` is. */
export function loadNative(): Native | undefined {
  // What is handed over is laid out for 64-bit little-endian Linux.
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch) || endianness() !== 'LE')
    return undefined;
  try {
    const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
    return { koffi, library: koffi.load(null) };
  } catch {
    return undefined;
  }
}

let loaded: Libc | null | undefined;

/** Absent where `loadNative` finds nothing. */
export function loadLibc(): Libc | undefined {
  loaded ??= tryToLoad() ?? null;
  return loaded ?? undefined;
}

function tryToLoad(): Libc | undefined {
  const native = loadNative();
  if (!native) return undefined;
  const { koffi, library } = native;
  try {
    return {
      setsockopt: library.func('int setsockopt(int, int, int, void *, uint32_t)'),
      recvmsg: library.func('int recvmsg(int, size_t, int)'),
      send: library.func('int64_t send(int, size_t, size_t, int)'),
      clock_gettime: library.func('int clock_gettime(int, size_t)'),
      clock_nanosleep: sleeping(library.func('int clock_nanosleep(int, int, size_t, size_t)')),
      sched_yield: library.func('int sched_yield()'),
      prctl: setting(library.func('int prctl(int, uint64_t, uint64_t, uint64_t, uint64_t)')),
      epoll_create1: library.func('int epoll_create1(int)'),
      epoll_ctl: library.func('int epoll_ctl(int, int, int, size_t)'),
      epoll_wait: library.func('int epoll_wait(int, size_t, int, int)'),
      timerfd_create: library.func('int timerfd_create(int, int)'),
      timerfd_settime: settingTimer(library.func('int timerfd_settime(int, int, size_t, size_t)')),
      close: library.func('int close(int)'),
      sched_getaffinity: library.func('int sched_getaffinity(int, size_t, size_t)'),
      sched_setaffinity: library.func('int sched_setaffinity(int, size_t, size_t)'),
      syscall: library.func('int64_t syscall(int64_t, int64_t, size_t, int64_t)'),
      errorCode: errorCodes(koffi),
      allocate(bytes) {
        const pointer = koffi.alloc('uint8_t', bytes);
        return { address: Number(koffi.address(pointer)), memory: koffi.view(pointer, bytes) };
      },
    };
  } catch {
    return undefined;
  }
}

function errorCodes(koffi: Native['koffi']): () => string {
  // Two names of one number: the first is the usual one.
  const names = new Map(
    Object.entries(koffi.os.errno)
      .reverse()
      .map(([name, number]) => [number, name]),
  );
  return () => names.get(koffi.errno()) ?? `errno ${koffi.errno()}`;
}

type Call = (...values: readonly number[]) => number;

const sleeping = (call: Call) => (clock: number, flags: number, time: Address) => call(clock, flags, time, noAddress);
const settingTimer = (call: Call) => (fd: number, flags: number, time: Address) => call(fd, flags, time, noAddress);
const setting = (call: Call) => (option: number, value: number) => call(option, value, 0, 0, 0);
