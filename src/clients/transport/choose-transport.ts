import type { Clock } from '../../core/clock.ts';
import { directWriter } from './direct-writer.ts';
import { KernelStamper } from './kernel-stamper.ts';
import { readLoop } from './read-loop.ts';
import { UserStamper } from './read-stamper.ts';
import { SocketTransport, type Stamps } from './socket-transport.ts';
import { stampedReader } from './stamped-reader.ts';
import type { TransportFactory, TransportTarget } from './transport.ts';

/** The transport that stamps this target most exactly; its `path` says which it is. */
export const chooseTransport: TransportFactory = (target, tape, clock, events) =>
  new SocketTransport(target, tape, clock, events, bestStamps(target, clock));

/** Path B whatever the platform offers: what the kernel's stamps are compared with. */
export const userStampedTransport: TransportFactory = (target, tape, clock, events) =>
  new SocketTransport(target, tape, clock, events, { path: 'B', stamper: new UserStamper(clock) });

function bestStamps({ url, proxy }: TransportTarget, clock: Clock): Stamps {
  if (url.protocol === 'https:' || proxy) return { path: 'C', stamper: new UserStamper(clock) };
  const reader = stampedReader();
  const loop = readLoop();
  const writer = directWriter();
  return reader && loop && writer
    ? { path: 'A', stamper: new KernelStamper(clock, reader, loop), writer }
    : { path: 'B', stamper: new UserStamper(clock) };
}
