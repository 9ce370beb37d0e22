import { SocketTransport } from './socket-transport.ts';
import type { TransportFactory } from './transport.ts';

/** The transport that stamps this target most exactly; its `path` says which it is. */
export const chooseTransport: TransportFactory = (target, tape, clock, events) =>
  new SocketTransport(target, tape, clock, events);
