import net, { type AddressInfo } from 'node:net';
import tls from 'node:tls';
import type { Certificate } from './certificate.ts';

/** One request as it came in. */
export interface RawRequest {
  readonly head: string;
  readonly body: Buffer;
  /** Which request on its connection, from 0. */
  readonly turn: number;
}

/** What the server does when a request is complete: it writes raw bytes, or worse. */
export type Conduct = (socket: net.Socket, request: RawRequest) => unknown;

export interface RawServer {
  readonly port: number;
  readonly requests: RawRequest[];
  /** Open connections. */
  readonly sockets: Set<net.Socket>;
  /** All connections so far. */
  readonly accepted: number;
  close(): Promise<void>;
}

export interface RawServerOptions {
  /** Serves TLS with it. */
  readonly certificate?: Certificate;
  readonly onConnection?: (socket: net.Socket) => void;
}

/** A server made of bytes, so that it can misbehave in every way. */
export async function rawServer(
  conduct: Conduct,
  { certificate, onConnection }: RawServerOptions = {},
): Promise<RawServer> {
  const requests: RawRequest[] = [];
  const sockets = new Set<net.Socket>();
  let accepted = 0;
  const serve = (socket: net.Socket): void => {
    accepted++;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    onConnection?.(socket);
    readRequests(socket, (request) => {
      requests.push(request);
      conduct(socket, request);
    });
  };
  const options = { noDelay: true };
  const server = certificate
    ? tls.createServer({ ...options, ...certificate }, serve)
    : net.createServer(options, serve);
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    sockets,
    get accepted() {
      return accepted;
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** Calls back with each request that is complete by its content-length. */
function readRequests(socket: net.Socket, onRequest: (request: RawRequest) => void): void {
  let pending = Buffer.alloc(0);
  let turn = 0;
  socket.on('error', () => {});
  socket.on('data', (bytes) => {
    pending = Buffer.concat([pending, bytes]);
    for (;;) {
      const headEnd = pending.indexOf('\r\n\r\n');
      if (headEnd < 0) return;
      const head = pending.toString('latin1', 0, headEnd);
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
      const end = headEnd + 4 + length;
      if (pending.length < end) return;
      const body = pending.subarray(headEnd + 4, end);
      pending = pending.subarray(end);
      onRequest({ head, body, turn: turn++ });
    }
  });
}

export const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;

/** A chunked response of these pieces. */
export const chunked = (pieces: readonly string[], fields = ''): string =>
  `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n${fields}transfer-encoding: chunked\r\n\r\n${pieces.map(chunk).join('')}0\r\n\r\n`;

/** Writes the parts one after the other, each in a segment of its own as far as the kernel allows. */
export async function drip(socket: net.Socket, parts: readonly (string | Buffer)[]): Promise<void> {
  for (const part of parts) {
    if (socket.destroyed) return;
    socket.write(part);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** The socket on the wire under a TLS socket. */
export function reset(socket: net.Socket): void {
  const { _parent: parent } = socket as unknown as { _parent?: net.Socket };
  const below = parent ?? socket;
  // `resetAndDestroy` says that it has ended first, which the client may hear before the reset.
  Object.assign(below, { resetAndClosing: true });
  below.destroy();
}
