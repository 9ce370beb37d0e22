import dns, { type LookupAddress } from 'node:dns';
import net, { type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { endCauses } from '../../core/tape.ts';
import { RawServer } from '../../system/raw-server.ts';
import { type DialFailure, socketOpener } from './open-socket.ts';

const closing: (() => unknown)[] = [];

afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function listen(host: string, port = 0): Promise<number> {
  const server = net.createServer((socket) => socket.on('error', () => {}).destroy()).listen(port, host);
  closing.push(() => server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  return (server.address() as AddressInfo).port;
}

/** Lets the resolver find these addresses for any name. */
function resolveTo(...addresses: readonly string[]): void {
  const found = addresses.map((address): LookupAddress => ({ address, family: net.isIP(address) }));
  const lookup = (_name: string, _options: unknown, done: (error: null, found: readonly LookupAddress[]) => void) =>
    process.nextTick(done, null, found);
  vi.spyOn(dns, 'lookup').mockImplementation(lookup as never);
}

/** The address that was reached, or why none was. */
const dial = (port: number): Promise<string | DialFailure> =>
  new Promise((resolve) => {
    const open = socketOpener(new URL(`http://engine.test:${port}/v1`), undefined);
    open({
      onOpen: (socket) => {
        resolve(`${socket.remoteAddress}`);
        socket.destroy();
      },
      onFailure: resolve,
    });
  });

describe('a name of several addresses', () => {
  it.each([
    ['127.0.0.2', '127.0.0.1'],
    ['127.0.0.1', '127.0.0.2'],
    ['::1', '127.0.0.1'],
    ['127.0.0.1', '::1'],
  ])('%s refuses and %s answers: reached', async (dead, alive) => {
    const port = await listen(alive);
    resolveTo(dead, alive);
    expect(await dial(port)).toBe(alive);
  });

  it.runIf(process.platform === 'linux')('of which one drops every packet: the other is reached', async () => {
    const silent = RawServer.start({ host: '127.0.0.2', backlog: 0 });
    if (!silent) throw new Error('needs the package koffi');
    closing.push(() => silent.close());
    const inside = net.connect({ host: '127.0.0.2', port: silent.port });
    await new Promise((resolve) => inside.once('connect', resolve));
    closing.push(() => inside.destroy());
    await listen('127.0.0.1', silent.port);
    resolveTo('127.0.0.2', '127.0.0.1');
    expect(await dial(silent.port)).toBe('127.0.0.1');
  });

  it('of which none answers: not connected, with the code of the system', async () => {
    const port = await listen('127.0.0.3');
    resolveTo('127.0.0.1', '127.0.0.2');
    expect(await dial(port)).toEqual({ cause: endCauses.connectFailed, detail: 'ECONNREFUSED' });
  });
});
