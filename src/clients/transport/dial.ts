import { type Opening, type Reading, secure, secureOptions, socketOpener } from './open-socket.ts';
import type { TransportTarget } from './transport.ts';
import { tunnelOpener } from './tunnel.ts';

/** Starts to open a connection to a target; the function it returns gives up. */
export type Dial = (opening: Opening, reading?: Reading) => () => void;

/** Directly or through a proxy, with or without TLS. */
export function dialTo({ url, proxy, tls, http }: TransportTarget): Dial {
  if (!proxy) return socketOpener(url, tls, http);
  // As curl does: TLS goes through a tunnel, plain HTTP is handed to the proxy.
  if (url.protocol !== 'https:') return socketOpener(proxy, tls);
  const open = tunnelOpener(proxy, url, tls);
  const security = secureOptions(url, tls, http);
  return (opening, reading) => {
    let giveUp = open({
      onFailure: opening.onFailure,
      onOpen(tunnel) {
        giveUp = secure(tunnel, security, {
          onFailure: opening.onFailure,
          onOpen(socket) {
            // Node reads into a buffer of ours only where it opened the socket itself.
            if (reading) socket.on('data', (bytes) => reading.onRead(bytes.length, bytes));
            opening.onOpen(socket);
          },
        });
      },
    });
    return () => giveUp();
  };
}
