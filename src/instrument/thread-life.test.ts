import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { endThread, startThread } from './thread-life.ts';

const thread = (code: string): URL => new URL(`data:text/javascript,${encodeURIComponent(code)}`);

describe('the life of a thread', () => {
  it('is not ended before it stands', async () => {
    const loaded = new Int32Array(new SharedArrayBuffer(4));
    const loading = `
      import { parentPort, workerData } from 'node:worker_threads';
      const until = performance.now() + 300;
      while (performance.now() < until);
      Atomics.store(workerData, 0, 1);
      parentPort.on('message', () => {});
      parentPort.postMessage('stands');`;
    const worker = startThread(thread(loading), { workerData: loaded });
    await endThread(worker);
    expect(Atomics.load(loaded, 0)).toBe(1);
    expect(worker.threadId).toBe(-1);
  });

  it('may have ended by itself, before it stood or after', async () => {
    const early = startThread(thread('process.exit(3)'));
    expect(await once(early, 'exit')).toEqual([3]);
    await endThread(early);
    const broken = startThread(thread("throw new Error('no')"));
    broken.on('error', () => {});
    await endThread(broken);
    expect(broken.threadId).toBe(-1);
  });
});
