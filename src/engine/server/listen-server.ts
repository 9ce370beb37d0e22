import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, createServer as createFront, type Server as Front, type Socket } from 'node:net';
import { MetronError } from '../../core/errors.ts';
import { type FullBacklog, HeldBacklog } from './held-backlog.ts';
import { readPem } from './read-pem.ts';

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  /** PEM files; both or none. */
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
}

export interface Listening {
  readonly port: number;
  readonly scheme: 'http' | 'https';
  close(): Promise<void>;
}

/**
 * Listens for HTTP, or HTTPS where there is a certificate. `receive` decides when a connection is read from; `full`
 * keeps all of them outside for a while.
 */
export async function listenServer(
  { host, port, tlsCert, tlsKey }: ListenOptions,
  serve: RequestListener,
  receive: (socket: Socket, proceed: () => void) => void,
  full?: FullBacklog,
): Promise<Listening> {
  const tls = readTls(tlsCert, tlsKey);
  const options = { noDelay: true, keepAliveTimeout: 75_000 };
  const server: Server = tls ? createSecureServer({ ...options, ...tls }, serve) : createServer(options, serve);
  server.on('checkContinue', (request, response) => {
    response.writeContinue();
    serve(request, response);
  });
  const open = new Set<Socket>();
  const front = createFront({ noDelay: true }, (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    // Without a listener an error of a connection nobody reads from yet would end the process.
    socket.on('error', () => {});
    receive(socket, () => {
      if (!socket.destroyed) server.emit('connection', socket);
    });
  });
  const opening = full ? openLater(front, { host, port }, full) : openFront(front, { host, port });
  const opened = await opening.catch((cause: unknown) => {
    throw cannotListen(cause, host, port);
  });
  return {
    port: opened.port,
    scheme: tls ? 'https' : 'http',
    close: async () => {
      const closed = opened.close();
      for (const socket of open) socket.destroy();
      // Ends the timers that watch for slow requests.
      server.close();
      await closed;
    },
  };
}

interface Address {
  readonly host: string;
  readonly port: number;
}

interface Opened {
  readonly port: number;
  close(): Promise<void>;
}

async function openFront(front: Front, where: Address | { readonly fd: number }): Promise<Opened> {
  await new Promise<void>((resolve, reject) => {
    front.once('error', reject);
    front.listen({ ...where, backlog: 4096 }, resolve);
  });
  return {
    port: (front.address() as AddressInfo).port,
    close: () => new Promise((resolve) => front.close(() => resolve())),
  };
}

/** Lets nobody in at first. */
async function openLater(front: Front, where: Address, { seconds, onOver }: FullBacklog): Promise<Opened> {
  const held = await HeldBacklog.start(where.host, where.port);
  let opened: Promise<Opened> | undefined;
  const openNow = async (): Promise<Opened> => {
    const fd = await held.release();
    onOver();
    return openFront(front, { fd });
  };
  const timer = Number.isFinite(seconds)
    ? setTimeout(() => {
        opened = openNow();
      }, seconds * 1e3)
    : undefined;
  return {
    port: held.port,
    close: async () => {
      clearTimeout(timer);
      if (opened) return (await opened).close();
      onOver();
      return held.close();
    },
  };
}

function readTls(cert: string | undefined, key: string | undefined): { cert: string; key: string } | undefined {
  if (cert === undefined && key === undefined) return undefined;
  if (cert !== undefined && key !== undefined) return { cert: readPem(cert), key: readPem(key) };
  throw new MetronError('HALF_TLS', 'HTTPS needs a certificate and its key', { hint: 'give --tls-cert and --tls-key' });
}

function cannotListen(cause: unknown, host: string, port: number): MetronError {
  if (cause instanceof MetronError) return cause;
  const { code, message: reason } = cause as NodeJS.ErrnoException;
  const taken = code === 'EADDRINUSE';
  const message = taken ? `port ${port} is in use` : `cannot listen on ${host}:${port}: ${reason}`;
  const hint = taken ? 'take another --port, or 0 for a free one' : 'check --host and --port';
  return new MetronError('CANNOT_LISTEN', message, { hint, cause });
}
