import { type Address, type Libc, loadLibc } from './libc.ts';

/** MSG_DONTWAIT and MSG_NOSIGNAL of Linux. */
export const withoutWaitOrSignal = 0x40 | 0x4000;

/** Memory whose bytes go to a socket in one system call of our own, at a fraction of what a write through Node's streams costs. */
export interface SendBuffer {
  readonly bytes: Buffer;
  /** Where `bytes` lie, for another thread. */
  readonly address: Address;
  /** Sends bytes `start` to `end`; returns how many the kernel took, 0 where it would not. */
  send(descriptor: number, start: number, end: number): number;
}

/** Absent where the platform or the optional package `koffi` is. The memory is never given back. */
export function sendBuffer(length: number): SendBuffer | undefined {
  const libc = loadLibc();
  if (!libc) return undefined;
  const { address, memory } = libc.allocate(length);
  const send = sendCall(libc);
  return {
    bytes: Buffer.from(memory),
    address,
    send: (descriptor, start, end) => send(descriptor, address + start, end - start),
  };
}

/** Hands bytes at any address to the kernel without waiting; returns how many it took, 0 where it would not. */
export type SendCall = (descriptor: number, address: Address, length: number) => number;

export const sendCall =
  (libc: Libc): SendCall =>
  (descriptor, address, length) =>
    Math.max(0, libc.send(descriptor, address, length, withoutWaitOrSignal));
