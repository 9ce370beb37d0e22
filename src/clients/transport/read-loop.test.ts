import { readdirSync, readlinkSync } from 'node:fs';
import { createServer, connect as dial, type Socket } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { descriptorOf } from '../../system/descriptor.ts';
import { readLoop } from './read-loop.ts';
import { stampedReader } from './stamped-reader.ts';

vi.setConfig({ testTimeout: 30_000 });

const loop = readLoop();
const millisecond = 1e6;
const epolls = (): number => {
  const names = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return '';
    }
  });
  return names.filter((name) => name.includes('eventpoll')).length;
};

async function pair(): Promise<{ near: Socket; far: Socket; close: () => void }> {
  const server = createServer();
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const near = dial({ port: typeof address === 'object' && address ? address.port : 0, host: '127.0.0.1' });
  await new Promise((resolve) => near.once('connect', () => resolve(near.pause())));
  const far = await accepted;
  return {
    near,
    far,
    close() {
      near.destroy();
      far.destroy();
      server.close();
    },
  };
}

describe.runIf(loop)('the read loop', () => {
  const reads = loop!;

  it('has bytes read by whom they are for, and leaves Node its turns', async () => {
    const [one, two] = [await pair(), await pair()];
    const reader = stampedReader()!;
    const seen: string[] = [];
    for (const [name, { near }] of Object.entries({ one, two })) {
      const fd = descriptorOf(near)!;
      reads.watch(fd, () => {
        const length = reader.read(fd);
        if (length > 0) seen.push(`${name} ${Buffer.from(reader.bytes.subarray(0, length))}`);
        return length > 0 ? 'some' : 'nothing';
      });
    }
    one.far.write('a');
    await vi.waitUntil(() => seen.length === 1);
    two.far.write('b');
    await vi.waitUntil(() => seen.length === 2);
    expect(seen).toEqual(['one a', 'two b']);
    reads.forget(descriptorOf(one.near)!);
    one.far.write('c');
    two.far.write('d');
    await vi.waitUntil(() => seen.length === 3);
    expect(seen[2]).toBe('two d');
    reads.forget(descriptorOf(two.near)!);
    one.close();
    two.close();
  });

  it('leaves nothing unread: what fills its buffer several times, and an end that came with the last bytes', async () => {
    const { near, far, close } = await pair();
    const fd = descriptorOf(near)!;
    const reader = stampedReader()!;
    const sent = reader.bytes.length * 3 + 17;
    far.end(Buffer.alloc(sent, 1));
    await new Promise((resolve) => far.once('finish', resolve));
    let received = 0;
    let ended = false;
    reads.watch(fd, () => {
      const length = reader.read(fd);
      if (length === 0) {
        ended = true;
        reads.forget(fd);
      }
      if (length <= 0) return 'nothing';
      received += length;
      return length === reader.bytes.length ? 'full' : 'some';
    });
    await vi.waitUntil(() => ended);
    expect(received).toBe(sent);
    close();
  });

  it('keeps its pace without a socket, and never early', async () => {
    const due = Array.from({ length: 20 }, (_, i) => performance.now() * millisecond + (i + 1) * 3 * millisecond);
    const fired: number[] = [];
    await new Promise<void>((resolve) => {
      reads.keepPace(() => {
        const now = performance.now() * millisecond;
        while (fired.length < due.length && due[fired.length]! <= now) fired.push(now);
        if (fired.length === due.length) {
          reads.keepPace(undefined);
          resolve();
          return Number.POSITIVE_INFINITY;
        }
        return due[fired.length]! - performance.now() * millisecond;
      });
    });
    fired.forEach((at, i) => {
      expect(at).toBeGreaterThanOrEqual(due[i]!);
    });
    expect(reads.waited).toBeGreaterThan(0);
  });

  it('leaves no descriptor behind', async () => {
    // The loop of the test before rests at its next turn.
    await new Promise((resolve) => setTimeout(resolve, 50));
    const before = epolls();
    const { near, close } = await pair();
    const fd = descriptorOf(near)!;
    reads.watch(fd, () => 'nothing');
    expect(epolls()).toBe(before + 1);
    reads.forget(fd);
    close();
    await vi.waitUntil(() => epolls() === before);
  });
});
