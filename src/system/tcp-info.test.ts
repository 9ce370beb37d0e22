import net, { type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { descriptorOf } from './descriptor.ts';
import { tcpInfo } from './tcp-info.ts';

const ask = tcpInfo();

describe.runIf(ask)('what the kernel knows of a connection', () => {
  const server = net.createServer();
  afterEach(() => server.close());

  it('tells lost packets, and whether the peer has closed', async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    const accepted = new Promise<net.Socket>((resolve) => server.once('connection', resolve));
    const client = net.connect((server.address() as AddressInfo).port, '127.0.0.1');
    const peer = await accepted;
    const descriptor = descriptorOf(client) as number;
    expect(ask?.(descriptor)).toEqual({ closedByPeer: false, resent: 0, outOfOrder: 0 });
    client.pause();
    peer.destroy();
    while (!ask?.(descriptor)?.closedByPeer) await new Promise((resolve) => setTimeout(resolve, 2));
    client.destroy();
  });

  it('tells nothing of what is no connection', () => {
    expect(ask?.(-1)).toBeUndefined();
  });
});
