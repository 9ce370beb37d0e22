import { afterEach, expect, it, vi } from 'vitest';
import { chunked, type RawServer, rawServer } from '../../../test/clients/raw-server.ts';
import { TapeLog } from '../../../test/clients/tape-log.ts';
import { type Nanoseconds, seconds } from '../../core/units.ts';
import { userStampedTransport } from './choose-transport.ts';
import type { Transport } from './transport.ts';

vi.setConfig({ testTimeout: 30_000 });

let server: RawServer;
let transport: Transport;
const log = new TapeLog();
/** Time of the run: it stands still unless a test moves it. */
let time = 0;

afterEach(async () => {
  await transport.close();
  await server.close();
});

async function warmed(connections: number): Promise<void> {
  const clock = { now: () => time as Nanoseconds };
  server = await rawServer((socket) => socket.write(chunked(['data: a\n\n'])));
  transport = userStampedTransport(
    { url: new URL(`http://127.0.0.1:${server.port}/`), headers: {} },
    log.writer,
    clock,
    log,
  );
  expect(await transport.warm(connections)).toBe(connections);
  await vi.waitUntil(() => server.accepted === connections, { timeout: 20_000 });
}

it('replaces warm connections that the server closes for idleness', async () => {
  await warmed(3);
  time += seconds(5);
  for (const socket of server.sockets) socket.end();
  await vi.waitUntil(() => server.accepted === 6 && server.sockets.size === 3, { timeout: 20_000 });
});

it('leaves a server alone that hangs up on everyone', async () => {
  await warmed(3);
  for (const socket of server.sockets) socket.end();
  await vi.waitUntil(() => server.sockets.size === 0, { timeout: 20_000 });
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(server.accepted).toBe(3);
});
