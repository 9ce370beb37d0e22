import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, createServer as createFront, type Socket } from 'node:net';
import { MetronError } from '../../core/errors.ts';
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

/** Listens for HTTP, or HTTPS where there is a certificate. `receive` decides when a connection is read from. */
export async function listenServer(
  { host, port, tlsCert, tlsKey }: ListenOptions,
  serve: RequestListener,
  receive: (socket: Socket, proceed: () => void) => void,
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
  await new Promise<void>((resolve, reject) => {
    front.once('error', (cause: NodeJS.ErrnoException) => reject(cannotListen(cause, host, port)));
    front.listen(port, host, 4096, resolve);
  });
  return {
    port: (front.address() as AddressInfo).port,
    scheme: tls ? 'https' : 'http',
    close: async () => {
      const closed = new Promise<void>((resolve) => front.close(() => resolve()));
      for (const socket of open) socket.destroy();
      // Ends the timers that watch for slow requests.
      server.close();
      await closed;
    },
  };
}

function readTls(cert: string | undefined, key: string | undefined): { cert: string; key: string } | undefined {
  if (cert === undefined && key === undefined) return undefined;
  if (cert !== undefined && key !== undefined) return { cert: readPem(cert), key: readPem(key) };
  throw new MetronError('HALF_TLS', 'HTTPS needs a certificate and its key', { hint: 'give --tls-cert and --tls-key' });
}

function cannotListen(cause: NodeJS.ErrnoException, host: string, port: number): MetronError {
  const taken = cause.code === 'EADDRINUSE';
  const message = taken ? `port ${port} is in use` : `cannot listen on ${host}:${port}: ${cause.message}`;
  const hint = taken ? 'take another --port, or 0 for a free one' : 'check --host and --port';
  return new MetronError('CANNOT_LISTEN', message, { hint, cause });
}
