import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { answer, body, TransportBench, text, until, ways, writes } from '../../../test/clients/transport-bench.ts';
import { milliseconds } from '../../core/units.ts';
import { sendCall } from '../../system/direct-send.ts';
import { loadLibc } from '../../system/libc.ts';
import { type ArmedMemory, armedMemory } from './armed-memory.ts';
import { OverdueSends } from './overdue-sends.ts';

vi.setConfig({ testTimeout: 30_000 });

const wayA = ways.filter(({ path }) => path === 'A');

describe.each(wayA)('a transport that lays requests out ahead, $name', (way) => {
  let bench: TransportBench;
  let memory: ArmedMemory;
  let overdue: OverdueSends;
  beforeEach(async () => {
    bench = new TransportBench(way);
    memory = armedMemory();
    bench.armed = memory;
    overdue = new OverdueSends(memory, sendCall(loadLibc()!), bench.clock);
    await bench.start(writes(answer));
  });
  afterEach(() => bench.close());

  const soon = (): number => bench.clock.now() + milliseconds(1);
  /** As the thread that only sends would. */
  const sendOverdue = (): Promise<void> => until(() => overdue.step() === Number.POSITIVE_INFINITY);

  it('enters what the other thread has sent, with the times of that', async () => {
    await bench.transport.warm(1);
    const due = soon();
    expect(bench.transport.arm(0, body, due)).toBe(true);
    await sendOverdue();
    const after = bench.clock.now();
    bench.transport.send(0, body);
    await bench.log.ended(1);
    expect(bench.log.kinds(0).slice(0, 4)).toEqual(['sent', 'written', 'head', 'body']);
    const [sent, written] = bench.log.of(0);
    expect(sent!.at).toBeGreaterThanOrEqual(due);
    expect(written!.at).toBeLessThanOrEqual(after);
    expect(bench.log.body(0)).toBe(text);
  });

  it('hears an answer that comes before it has said a word', async () => {
    await bench.transport.warm(1);
    bench.transport.arm(0, body, soon());
    await sendOverdue();
    await bench.log.ended(1);
    expect(bench.log.end(0)?.cause).toBe('complete');
    bench.transport.send(1, body);
    await bench.log.ended(2);
    expect(bench.server.accepted).toBe(1);
  });

  it('sends by itself when it is in time, and then nobody else does', async () => {
    await bench.transport.warm(1);
    bench.transport.arm(0, body, bench.clock.now());
    bench.transport.send(0, body);
    await bench.log.ended(1);
    await sendOverdue();
    expect(bench.log.body(0)).toBe(text);
    expect(bench.server.accepted).toBe(1);
  });

  it('arms nothing where no connection is idle', () => {
    expect(bench.transport.arm(0, body, soon())).toBe(false);
  });

  it('takes the connection of a later request for one that is due now', async () => {
    await bench.transport.warm(1);
    expect(bench.transport.arm(1, body, bench.clock.now() + milliseconds(60_000))).toBe(true);
    bench.transport.send(0, body);
    await bench.log.ended(1);
    bench.transport.send(1, body);
    await bench.log.ended(2);
    expect(bench.server.accepted).toBe(1);
    expect([0, 1].map((request) => bench.log.body(request))).toEqual([text, text]);
  });

  it('sends on another connection what was armed on one that the server closed', async () => {
    await bench.transport.warm(1);
    bench.transport.arm(0, body, bench.clock.now() + milliseconds(60_000));
    for (const socket of bench.server.sockets) socket.destroy();
    await until(() => bench.server.sockets.size === 0);
    bench.transport.send(0, body);
    await bench.log.ended(1);
    expect(bench.log.end(0)?.cause).toBe('complete');
    expect(bench.server.accepted).toBeGreaterThan(1);
  });

  it('takes back what has not left, and says what has', async () => {
    await bench.transport.warm(2);
    bench.transport.arm(0, body, soon());
    bench.transport.arm(1, body, bench.clock.now() + milliseconds(60_000));
    await until(() => overdue.step() > milliseconds(1000));
    expect(bench.transport.recall()).toEqual([0]);
    await bench.log.ended(1);
    expect(bench.log.kinds(1)).toEqual([]);
  });
});
