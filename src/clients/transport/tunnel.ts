import type net from 'node:net';
import { ProtocolError } from '../../core/stream.ts';
import { endCauses } from '../../core/tape.ts';
import { ResponseParser } from '../http/response-parser.ts';
import { type Opening, portOf, socketOpener } from './open-socket.ts';
import { basicCredentials } from './request-head.ts';
import type { TransportTarget } from './transport.ts';

/** Opens tunnels to the host of `url` through an HTTP proxy (CONNECT, RFC 9110 §9.3.6). */
export function tunnelOpener(proxy: URL, url: URL, trust: TransportTarget['tls']): (opening: Opening) => () => void {
  const open = socketOpener(proxy, trust);
  const place = `${url.hostname}:${portOf(url)}`;
  const credentials = proxy.username === '' ? '' : `proxy-authorization: ${basicCredentials(proxy)}\r\n`;
  const request = `CONNECT ${place} HTTP/1.1\r\nhost: ${place}\r\n${credentials}\r\n`;
  return (opening) => {
    let giveUp = open({
      onFailure: ({ cause, detail }) => opening.onFailure({ cause, detail: `proxy ${detail}` }),
      onOpen(socket) {
        socket.write(request);
        giveUp = awaitTunnel(socket, opening);
      },
    });
    return () => giveUp();
  };
}

function awaitTunnel(socket: net.Socket, { onOpen, onFailure }: Opening): () => void {
  let status: number | undefined;
  const parser = new ResponseParser({
    onHead: (code) => {
      status = code;
    },
    onBody: () => {},
  });
  const forget = (): void => {
    socket.off('data', onData).off('error', onError).off('close', onClose);
  };
  const fail = (detail: string): void => {
    forget();
    socket.on('error', () => {}).destroy();
    onFailure({ cause: endCauses.connectFailed, detail: `proxy ${detail}` });
  };
  const onData = (bytes: Buffer): void => {
    try {
      parser.push(bytes, 0, bytes.length);
    } catch (cause) {
      if (!(cause instanceof ProtocolError)) throw cause;
      return fail(cause.message);
    }
    if (status === undefined) return;
    if (status < 200 || status > 299) return fail(`answered ${status}`);
    forget();
    // TLS takes over the reading; nothing has come yet, since its client speaks first.
    socket.pause();
    onOpen(socket);
  };
  const onError = (error: NodeJS.ErrnoException): void => fail(error.code ?? error.message);
  const onClose = (): void => fail('closed the connection');
  socket.on('data', onData).on('error', onError).on('close', onClose);
  return () => {
    forget();
    socket.on('error', () => {}).destroy();
  };
}
