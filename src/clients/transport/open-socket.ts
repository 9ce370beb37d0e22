import net from 'node:net';
import tls from 'node:tls';
import { type EndCause, endCauses } from '../../core/tape.ts';
import type { HttpVersion, TransportTarget } from './transport.ts';

/** Where Node shall put what it reads from a socket it opens, and whom to tell. */
export interface Reading {
  readonly buffer: Uint8Array;
  onRead(length: number, bytes: Uint8Array): void;
}

export interface DialFailure {
  readonly cause: EndCause;
  /** The system's code where there is one. */
  readonly detail: string;
}

export interface Opening {
  onOpen(socket: net.Socket): void;
  onFailure(failure: DialFailure): void;
}

/** Opens sockets to the host of `url`, TLS included; the function returned by each call gives up. */
export function socketOpener(
  url: URL,
  trust: TransportTarget['tls'],
  http?: HttpVersion,
): (opening: Opening, reading?: Reading) => () => void {
  const address = { host: hostOf(url), port: portOf(url), noDelay: true };
  if (url.protocol !== 'https:') {
    return (opening, reading) => awaitOpen(net.connect({ ...address, ...onreadOf(reading) }), 'connect', opening);
  }
  const security = secureOptions(url, trust, http);
  let session: Buffer | undefined;
  return (opening, reading) => {
    const socket = tls.connect({ ...address, ...onreadOf(reading), ...security, ...(session && { session }) });
    socket.on('session', (ticket) => {
      session = ticket;
    });
    return awaitOpen(socket, 'secureConnect', opening);
  };
}

/** TLS on top of a socket that leads to the host. */
export function secure(socket: net.Socket, options: tls.ConnectionOptions, opening: Opening): () => void {
  return awaitOpen(tls.connect({ socket, ...options }), 'secureConnect', opening, true);
}

function hostOf(url: URL): string {
  return url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname;
}

export const portOf = (url: URL): number => Number(url.port) || (url.protocol === 'https:' ? 443 : 80);

function onreadOf(reading: Reading | undefined): { onread?: net.OnReadOpts } {
  if (!reading) return {};
  const callback = (length: number, bytes: Uint8Array): boolean => {
    reading.onRead(length, bytes);
    return true;
  };
  return { onread: { buffer: reading.buffer, callback } };
}

/** Made once: reading the usual certificate authorities takes tens of milliseconds. */
export function secureOptions(url: URL, trust: TransportTarget['tls'], http?: HttpVersion): tls.ConnectionOptions {
  const host = hostOf(url);
  const secureContext = tls.createSecureContext(
    trust?.ca === undefined ? {} : { ca: [...tls.rootCertificates, trust.ca] },
  );
  return {
    ...(net.isIP(host) === 0 && { servername: host }),
    secureContext,
    rejectUnauthorized: !trust?.insecure,
    ALPNProtocols: [http === '2' ? 'h2' : 'http/1.1'],
  };
}

function awaitOpen(
  socket: net.Socket,
  event: 'connect' | 'secureConnect',
  { onOpen, onFailure }: Opening,
  connected = false,
): () => void {
  let reached = connected;
  const forget = (): void => {
    socket.off('connect', onConnect).off(event, onReady).off('close', onClose).off('error', onError);
  };
  const onConnect = (): void => {
    reached = true;
  };
  const onReady = (): void => {
    forget();
    onOpen(socket);
  };
  const fail = (detail: string): void => {
    forget();
    onFailure({ cause: reached ? endCauses.tlsFailed : endCauses.connectFailed, detail });
  };
  const onClose = (): void => fail('closed');
  const onError = (error: NodeJS.ErrnoException): void => fail(error.code ?? error.message);
  socket.on('connect', onConnect).on(event, onReady).on('close', onClose).on('error', onError);
  return () => {
    forget();
    socket.on('error', () => {}).destroy();
  };
}
