import { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { RequestReader, type SourceRequest } from '../../src/selftest/request-reader.ts';
import type { RawConnection } from '../../src/system/raw-connection.ts';
import type { Certificate } from './certificate.ts';

/** One side of a raw connection as a protocol speaks it, plain or through TLS; the connection stays at hand for what is done to TCP. */
export interface RawLine {
  readonly connection: RawConnection;
  /** Each byte that goes to the wire, TLS's own included, leaves as a segment of its own. */
  dripping: boolean;
  send(data: string | Uint8Array): Promise<void>;
}

export interface LineOptions {
  readonly certificate?: Certificate | undefined;
  readonly dripping?: boolean;
  /** Hears of a request whose body may still come. */
  readonly onHead?: (id: number) => unknown;
}

/** Reads requests from a connection, and hands over the line they came on. */
export function openLine(
  connection: RawConnection,
  onRequest: (line: RawLine, request: SourceRequest) => unknown,
  { certificate, dripping = false, onHead }: LineOptions = {},
): void {
  const line = certificate ? secureLine(connection, certificate) : plainLine(connection);
  line.dripping = dripping;
  const reader = new RequestReader((request) => void onRequest(line, request));
  line.onPlain((bytes) => {
    const id = /\r\nx-request-id: *(\d+)/i.exec(bytes.toString('latin1', 0, 2048))?.[1];
    if (id !== undefined) onHead?.(Number(id));
    reader.push(bytes);
  });
}

interface OpenLine extends RawLine {
  onPlain(listen: (bytes: Buffer) => void): void;
}

const put = (line: RawLine, bytes: string | Uint8Array): Promise<void> =>
  line.dripping ? line.connection.drip(bytes) : line.connection.send(bytes);

function plainLine(connection: RawConnection): OpenLine {
  const line: OpenLine = {
    connection,
    dripping: false,
    send: (data) => put(line, data),
    onPlain: (listen) => {
      connection.onBytes = listen;
    },
  };
  // An orderly client that is done.
  connection.onEnd = () => connection.close();
  return line;
}

function secureLine(connection: RawConnection, certificate: Certificate): OpenLine {
  const wire = new Duplex({
    read: () => {},
    write: (bytes: Buffer, _, done) => void put(line, bytes).then(() => done()),
    destroy: (cause, done) => {
      connection.close();
      done(cause);
    },
  });
  connection.onBytes = (bytes) => wire.push(bytes);
  connection.onEnd = () => wire.destroy();
  const socket = new TLSSocket(wire, { isServer: true, ...certificate });
  // Clients that do not trust the certificate hang up.
  socket.on('error', () => {});
  const line: OpenLine = {
    connection,
    dripping: false,
    send: (data) => new Promise((resolve) => socket.write(data, () => resolve())),
    onPlain: (listen) => socket.on('data', listen),
  };
  return line;
}
