import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { descriptorOf } from '../system/descriptor.ts';
import { withoutWaitOrSignal } from '../system/direct-send.ts';
import { loadLibc } from '../system/libc.ts';
import type { StampedEvent } from './stamped-event.ts';

/** Sends events on a socket: one system call each where that is possible. */
export function socketSender(socket: Socket): (event: StampedEvent) => void {
  const libc = socket instanceof TLSSocket ? undefined : loadLibc();
  return ({ bytes, address }) => {
    if (socket.destroyed) return;
    const fd = descriptorOf(socket);
    const direct = libc !== undefined && address !== undefined && fd !== undefined && socket.writableLength === 0;
    const sent = direct ? Math.max(0, libc.send(fd, address, bytes.length, withoutWaitOrSignal)) : 0;
    // The rest of what a full buffer did not take; a copy, since the next stamp goes to the same place.
    if (sent < bytes.length) socket.write(Buffer.from(bytes.subarray(sent)));
  };
}
