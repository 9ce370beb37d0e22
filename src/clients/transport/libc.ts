import { createRequire } from 'node:module';
import { endianness } from 'node:os';

/** The few system calls that Node does not offer, and memory whose address does not move. */
export interface Libc {
  setsockopt(fd: number, level: number, option: number, value: Uint8Array, length: number): number;
  recvmsg(fd: number, message: bigint, flags: number): number;
  clock_gettime(clock: number, time: bigint): number;
  errno(): number;
  readonly errorCodes: Readonly<Record<string, number>>;
  allocate(bytes: number): { readonly address: bigint; readonly memory: ArrayBuffer };
}

let loaded: Libc | null | undefined;

/** Absent where the platform or the optional package `koffi` is. */
export function loadLibc(): Libc | undefined {
  loaded ??= tryToLoad() ?? null;
  return loaded ?? undefined;
}

function tryToLoad(): Libc | undefined {
  // The structures below are laid out for 64-bit little-endian Linux.
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch) || endianness() !== 'LE')
    return undefined;
  try {
    const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
    const library = koffi.load(null);
    return {
      setsockopt: library.func('int setsockopt(int, int, int, void *, uint32_t)'),
      recvmsg: library.func('int recvmsg(int, void *, int)'),
      clock_gettime: library.func('int clock_gettime(int, void *)'),
      errno: () => koffi.errno(),
      errorCodes: koffi.os.errno,
      allocate(bytes) {
        const pointer = koffi.alloc('uint8_t', bytes);
        return { address: koffi.address(pointer), memory: koffi.view(pointer, bytes) };
      },
    };
  } catch {
    return undefined;
  }
}
