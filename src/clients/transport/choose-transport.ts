import type { Clock } from '../../core/clock.ts';
import type { TapeWriter } from '../../core/tape.ts';
import type { ArmedMemory } from './armed-memory.ts';
import { armedSends } from './armed-sends.ts';
import { directWriter } from './direct-writer.ts';
import { Http2Transport } from './http2-transport.ts';
import { KernelStamper } from './kernel-stamper.ts';
import { readLoop } from './read-loop.ts';
import { UserStamper } from './read-stamper.ts';
import { SocketTransport, type Stamps } from './socket-transport.ts';
import { stampedReader } from './stamped-reader.ts';
import type { TransportFactory, TransportTarget } from './transport.ts';

/** The transport that stamps this target most exactly; its `path` says which it is. */
export const chooseTransport: TransportFactory = (target, tape, clock, events, armed) =>
  target.http === '2'
    ? new Http2Transport(target, tape, clock, events)
    : new SocketTransport(target, tape, clock, events, bestStamps(target, tape, clock, armed));

/** Path B whatever the platform offers: what the kernel's stamps are compared with. */
export const userStampedTransport: TransportFactory = (target, tape, clock, events) =>
  new SocketTransport(target, tape, clock, events, { path: 'B', stamper: new UserStamper(clock, tape) });

function bestStamps({ url, proxy }: TransportTarget, tape: TapeWriter, clock: Clock, memory?: ArmedMemory): Stamps {
  if (url.protocol === 'https:' || proxy) return { path: 'C', stamper: new UserStamper(clock, tape) };
  const reader = stampedReader();
  const loop = readLoop();
  const writer = directWriter();
  if (!reader || !loop || !writer) return { path: 'B', stamper: new UserStamper(clock, tape) };
  const armed = memory && armedSends(memory, clock);
  return { path: 'A', stamper: new KernelStamper(clock, reader, loop), writer, ...(armed && { armed }) };
}
