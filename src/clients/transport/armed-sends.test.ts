import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Clock } from '../../core/clock.ts';
import type { Nanoseconds } from '../../core/units.ts';
import { descriptorOf } from '../../system/descriptor.ts';
import { sendCall } from '../../system/direct-send.ts';
import { loadLibc } from '../../system/libc.ts';
import { type ArmedMemory, armedMemory, disarm, slotCount } from './armed-memory.ts';
import { type ArmedSends, armedSends } from './armed-sends.ts';
import { OverdueSends } from './overdue-sends.ts';
import type { HeadWriter } from './request-head.ts';

const libc = loadLibc();

const headOf = (text: string): HeadWriter => ({
  mostBytes: text.length,
  write: (into, at) => at + Buffer.from(into.buffer, into.byteOffset).write(text, at, 'latin1'),
});

describe.runIf(libc)('requests armed ahead of their time', () => {
  let server: Server;
  let client: Socket;
  let accepted: Socket;
  let arrived = '';

  beforeAll(async () => {
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    [accepted] = (await once(server, 'connection')) as [Socket];
    accepted.setEncoding('latin1').on('data', (bytes: string) => {
      arrived += bytes;
    });
  });

  afterAll(() => {
    client.destroy();
    server.close();
  });

  const clock: Clock & { time: number } = {
    time: 0,
    now() {
      return this.time as Nanoseconds;
    },
  };

  /** Both sides of one memory, as two threads would hold them. */
  function sides(): {
    memory: ArmedMemory;
    ours: ArmedSends;
    theirs: OverdueSends;
    arm(due: number, text: string): number | undefined;
  } {
    const memory = armedMemory();
    const ours = armedSends(memory, clock)!;
    const theirs = new OverdueSends(memory, sendCall(libc!), clock);
    arrived = '';
    clock.time = 0;
    const fd = descriptorOf(client)!;
    return { memory, ours, theirs, arm: (due, text) => ours.arm(fd, due, headOf(text), 0, Buffer.from(';')) };
  }

  const hears = (text: string): Promise<void> => expect.poll(() => arrived, { timeout: 5000 }).toBe(text);

  it('leave by the thread that only sends when nobody else sends them', async () => {
    const { ours, theirs, arm } = sides();
    const count = arm(1e6, 'late')!;
    expect(theirs.step()).toBe(1e6 + 50e3);
    clock.time = 1.1e6;
    expect(theirs.step()).toBe(Number.POSITIVE_INFINITY);
    expect(ours.recall(count)).toBe(false);
    expect(ours.depart(count)).toEqual({ sentAt: 1.1e6, writtenAt: 1.1e6, rest: undefined });
    await hears('late;');
  });

  it('leave by the thread that armed them if it is in time, and then by nobody else', async () => {
    const { ours, theirs, arm } = sides();
    const count = arm(1e6, 'in time')!;
    clock.time = 1e6 + 5;
    expect(ours.depart(count)).toEqual({ sentAt: 1e6 + 5, writtenAt: 1e6 + 5, rest: undefined });
    clock.time = 1e9;
    expect(theirs.step()).toBe(Number.POSITIVE_INFINITY);
    await hears('in time;');
  });

  it('do not leave once they are taken back', async () => {
    const { ours, theirs, arm } = sides();
    const [first, second] = [arm(1e6, 'one')!, arm(2e6, 'two')!];
    expect(ours.recall(first)).toBe(true);
    clock.time = 1e9;
    theirs.step();
    expect(ours.recall(second)).toBe(false);
    await hears('two;');
  });

  it('do not leave once the thread that armed them is gone', async () => {
    const { memory, theirs, arm } = sides();
    arm(1e6, 'sent');
    clock.time = 1.1e6;
    theirs.step();
    for (let due = 2e6; due < 9e6; due += 1e6) arm(due, 'nobody is left to read the answer');
    disarm(memory);
    clock.time = 1e9;
    expect(theirs.step()).toBe(Number.POSITIVE_INFINITY);
    await hears('sent;');
  });

  it('are refused where there is no slot, and accepted again when the first has gone', () => {
    const { ours, arm } = sides();
    const counts = Array.from({ length: slotCount }, () => arm(1e6, 'x'));
    expect(counts).not.toContain(undefined);
    expect(arm(1e6, 'x')).toBeUndefined();
    expect(ours.recall(counts[1]!)).toBe(true);
    expect(arm(1e6, 'x')).toBeUndefined();
    expect(ours.recall(counts[0]!)).toBe(true);
    expect(arm(1e6, 'x')).toBe(slotCount);
  });

  it('give back what the kernel did not take', () => {
    const { ours, arm } = sides();
    expect(arm(1e6, 'x'.repeat(2 ** 20))).toBeUndefined();
    // No descriptor at all: the kernel takes nothing.
    const count = ours.arm(-1, 1e6, headOf('head'), 0, Buffer.from('body'))!;
    expect(ours.depart(count)?.rest?.toString()).toBe('headbody');
  });

  const steps = fc.array(
    fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({ arm: fc.integer({ min: 1, max: 3000 }), in: fc.integer({ max: 200, min: 0 }) }),
      },
      { weight: 1, arbitrary: fc.record({ recall: fc.nat() }) },
      { weight: 2, arbitrary: fc.record({ depart: fc.nat() }) },
      { weight: 2, arbitrary: fc.record({ wait: fc.integer({ min: 0, max: 100 }) }) },
    ),
    { maxLength: 1500, minLength: 200 },
  );

  it('arrive exactly once each, whoever sends them, unless they were taken back', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (script) => {
        const { ours, theirs, arm } = sides();
        const open: { count: number; text: string }[] = [];
        const sent: string[] = [];
        let latest = 0;
        let number = 0;
        const pick = (n: number) => open.splice(n % Math.max(1, open.length), 1)[0];
        for (const step of script) {
          if ('arm' in step) {
            latest = Math.max(latest, clock.time + step.in * 1000);
            const text = `${number++}`.padEnd(step.arm, '.');
            const count = arm(latest, text);
            if (count !== undefined) open.push({ count, text });
          } else if ('recall' in step) {
            const one = pick(step.recall);
            if (one && !ours.recall(one.count)) {
              expect(ours.depart(one.count)).toBeDefined();
              sent.push(one.text);
            }
          } else if ('depart' in step) {
            const one = pick(step.depart);
            if (one) expect(ours.depart(one.count)?.rest).toBeUndefined();
            if (one) sent.push(one.text);
          } else {
            clock.time += step.wait * 1000;
            theirs.step();
          }
        }
        for (const { count, text } of open) if (!ours.recall(count)) sent.push(text);
        const all = sent.map((text) => `${text};`);
        await expect.poll(() => arrived.length, { timeout: 5000 }).toBe(all.join('').length);
        expect(arrived.split(';').sort()).toEqual(`${all.join('')}`.split(';').sort());
      }),
      { numRuns: 30 },
    );
  });
});
