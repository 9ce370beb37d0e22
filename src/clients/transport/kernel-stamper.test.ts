import type { Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type RawServer, rawServer } from '../../../test/clients/raw-server.ts';
import { TapeLog } from '../../../test/clients/tape-log.ts';
import { type Clock, monotonicClock } from '../../core/clock.ts';
import { tapeFlags } from '../../core/tape.ts';
import type { Nanoseconds } from '../../core/units.ts';
import { chooseTransport } from './choose-transport.ts';
import { stampedReader } from './stamped-reader.ts';
import type { Transport } from './transport.ts';

vi.setConfig({ testTimeout: 30_000 });

const millisecond = 1e6;
const head = (length: number): string => `HTTP/1.1 200 OK\r\ncontent-length: ${length}\r\n\r\n`;
const event = 'data: x\n\n';
const body = new Uint8Array(2).fill(120);

function busyFor(milliseconds: number): void {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
}

// Server and client share this thread: while the server's turn lasts, the client cannot read.
describe.runIf(stampedReader() !== undefined)("the kernel's stamps", () => {
  let server: RawServer;
  let transport: Transport;
  let log: TapeLog;

  async function exchange(conduct: (socket: Socket) => void, clock: Clock = monotonicClock(process.hrtime.bigint())) {
    server = await rawServer(conduct);
    log = new TapeLog();
    const url = new URL(`http://127.0.0.1:${server.port}/`);
    transport = chooseTransport({ url, headers: {} }, log.writer, clock, log);
    expect(transport.path).toBe('A');
    transport.send(0, body);
    await log.ended(1);
    return log.of(0);
  }

  afterEach(async () => {
    await transport.close();
    await server.close();
  });

  // A machine that stalls between write and delivery spoils one try, not three.
  it('are those of the arrival, however late the read', { retry: 2 }, async () => {
    const clock = monotonicClock(process.hrtime.bigint());
    let before = 0;
    let after = 0;
    const entries = await exchange((socket) => {
      before = clock.now();
      socket.write(`${head(event.length)}${event}`);
      after = clock.now();
      busyFor(60);
    }, clock);
    const piece = entries.find(({ kind }) => kind === 'body')!;
    // Loopback delivers within the write; the mapping of the clocks is good to microseconds.
    expect(piece.at).toBeGreaterThan(before - millisecond);
    expect(piece.at).toBeLessThan(after + 20 * millisecond);
    expect(piece.userAt - piece.at).toBeGreaterThan(30 * millisecond);
    expect(piece.flags & tapeFlags.bounded).toBe(0);
  });

  it('are bounds where a late read holds several events', async () => {
    const entries = await exchange((socket) => {
      socket.write(`${head(2 * event.length)}${event}`);
      socket.write(event);
      busyFor(60);
    });
    const piece = entries.find(({ kind }) => kind === 'body')!;
    expect(piece.text).toBe(event.repeat(2));
    expect(piece.flags & tapeFlags.bounded).toBeTruthy();
  });

  it('follow the clock of the run when it is set', async () => {
    let origin = process.hrtime.bigint();
    const clock: Clock = { now: () => Number(process.hrtime.bigint() - origin) as Nanoseconds };
    await exchange((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'), clock);
    origin = process.hrtime.bigint() + 40_000_000n;
    transport.send(1, body);
    await log.ended(2);
    const [sent, piece] = ['sent', 'body'].map((wanted) => log.of(1).find(({ kind }) => kind === wanted)!);
    expect(piece!.at).toBeGreaterThanOrEqual(sent!.at);
    expect(piece!.at).toBeLessThanOrEqual(piece!.userAt);
  });

  it('are never later than the read', async () => {
    const entries = await exchange((socket) => {
      let left = 200;
      socket.write(head(left * event.length));
      const timer = setInterval(() => {
        socket.write(event);
        if (--left === 0) clearInterval(timer);
      }, 1);
    });
    const pieces = entries.filter(({ kind }) => kind === 'body');
    expect(pieces.length).toBeGreaterThan(10);
    for (const { at, userAt } of pieces) expect(at).toBeLessThanOrEqual(userAt);
    expect(pieces.map(({ text }) => text).join('')).toBe(event.repeat(200));
  });
});
