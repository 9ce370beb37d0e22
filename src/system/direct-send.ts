import { createRequire } from 'node:module';

/** MSG_DONTWAIT and MSG_NOSIGNAL of Linux. */
const sendFlags = 0x40 | 0x4000;

/** Memory whose bytes go to a socket in one system call of our own, at a fraction of what a write through Node's streams costs. */
export interface SendBuffer {
  readonly bytes: Buffer;
  /** Sends bytes `start` to `end`; returns how many the kernel took, 0 where it would not. */
  send(descriptor: number, start: number, end: number): number;
}

/** Absent where the platform or the optional package `koffi` is. The memory is never given back. */
export function sendBuffer(length: number): SendBuffer | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
    const send = koffi.load(null).func('int64_t send(int, uint64_t, uint64_t, int)');
    const pointer = koffi.alloc('uint8_t', length);
    const address = Number(koffi.address(pointer));
    if (!Number.isSafeInteger(address)) return undefined;
    return {
      bytes: Buffer.from(koffi.view(pointer, length)),
      send: (descriptor, start, end) => Math.max(0, send(descriptor, address + start, end - start, sendFlags)),
    };
  } catch {
    return undefined;
  }
}
