import net, { type AddressInfo } from 'node:net';

export interface TestProxy {
  readonly url: URL;
  /** First line and headers of every connection made to it. */
  readonly heads: string[];
  close(): Promise<void>;
}

/** An HTTP proxy that tunnels CONNECT and forwards absolute URLs; with `credentials` it asks for them. */
export async function startProxy(credentials?: string): Promise<TestProxy> {
  const heads: string[] = [];
  const sockets = new Set<net.Socket>();
  const server = net.createServer({ noDelay: true }, (client) => {
    sockets.add(client);
    client.on('close', () => sockets.delete(client)).on('error', () => {});
    let pending = Buffer.alloc(0);
    const onData = (bytes: Buffer): void => {
      pending = Buffer.concat([pending, bytes]);
      const headEnd = pending.indexOf('\r\n\r\n');
      if (headEnd < 0) return;
      client.off('data', onData);
      client.pause();
      const head = pending.toString('latin1', 0, headEnd);
      heads.push(head);
      if (credentials && !head.includes(`proxy-authorization: Basic ${Buffer.from(credentials).toString('base64')}`)) {
        client.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n');
        return;
      }
      connect(client, head, pending, headEnd + 4);
    };
    client.on('data', onData);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    heads,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

function connect(client: net.Socket, head: string, received: Buffer, headLength: number): void {
  const [method, place = ''] = head.split(' ');
  const url = new URL(method === 'CONNECT' ? `http://${place}` : place);
  const upstream = net.connect({ host: url.hostname, port: Number(url.port || 80), noDelay: true });
  let open = false;
  upstream.on('connect', () => {
    open = true;
    if (method === 'CONNECT') client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    else upstream.write(received);
    if (method === 'CONNECT' && received.length > headLength) upstream.write(received.subarray(headLength));
    client.pipe(upstream);
    upstream.pipe(client);
  });
  upstream.on('error', () => {
    if (open) client.resetAndDestroy();
    else client.end('HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
  });
  client.on('close', () => upstream.destroy());
  upstream.on('close', () => client.destroy());
}
