import { describe, expect, it } from 'vitest';
import { monotonicClock } from '../core/clock.ts';
import { milliseconds } from '../core/units.ts';
import { OpenLoop, type OpenLoopOptions } from './open-loop.ts';

interface Fired {
  request: number;
  due: number;
  at: number;
}

function started(options: Pick<OpenLoopOptions, 'timing'> = {}) {
  const clock = monotonicClock(process.hrtime.bigint());
  const fired: Fired[] = [];
  let done = (): void => {};
  const finished = new Promise<void>((resolve) => {
    done = resolve;
  });
  const loop = new OpenLoop({
    clock,
    fire: (request, due) => fired.push({ request, due, at: clock.now() }),
    onDone: () => done(),
    ...options,
  });
  return { clock, fired, loop, finished };
}

describe('open loop', () => {
  it('sends everything in order, never early', async () => {
    const { fired, loop, finished } = started();
    const due = Array.from({ length: 300 }, (_, i) => milliseconds(5 + i * 0.4));
    loop.add(
      due.map((_, i) => i),
      due,
    );
    loop.close();
    loop.start();
    await finished;
    expect(fired.map(({ request }) => request)).toEqual(due.map((_, i) => i));
    for (const { at, due } of fired) expect(at).toBeGreaterThanOrEqual(due);
  });

  it('takes arrivals while it runs and ends only when told that no more come', async () => {
    const { fired, loop, finished } = started();
    loop.start();
    loop.add([0], [milliseconds(1)]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(fired).toHaveLength(1);
    loop.add([1, 2], [milliseconds(25), milliseconds(26)]);
    loop.close();
    await finished;
    expect(fired.map(({ request }) => request)).toEqual([0, 1, 2]);
  });

  it('sends what has come due when it is polled, without a turn of the loop', () => {
    const { clock, fired, loop } = started();
    loop.poll();
    loop.add([0, 1], [milliseconds(0.1), milliseconds(60_000)]);
    loop.start();
    // However late this test is: once after the first is due.
    while (clock.now() < milliseconds(0.1)) loop.poll();
    loop.poll();
    expect(fired.map(({ request }) => request)).toEqual([0]);
    loop.stop();
  });

  it('waits for what it is nudged about, and needs no nudge in the end', async () => {
    const { clock, fired, loop, finished } = started({ timing: 'nudged' });
    loop.add([0, 1, 2], [milliseconds(1), milliseconds(20), milliseconds(21)]);
    loop.close();
    loop.start();
    // Much too early: nothing is waited for.
    loop.nudge();
    while (clock.now() < milliseconds(0.95));
    loop.nudge();
    expect(fired.map(({ request }) => request)).toEqual([0]);
    await finished;
    expect(fired.map(({ request }) => request)).toEqual([0, 1, 2]);
    for (const { at, due } of fired) expect(at).toBeGreaterThanOrEqual(due);
  });

  it('sends nothing after stop and says what is left', async () => {
    const { fired, loop, finished } = started();
    loop.add([7, 8], [milliseconds(1), milliseconds(60_000)]);
    loop.start();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(loop.pending()).toEqual([8]);
    loop.stop();
    await finished;
    expect(fired.map(({ request }) => request)).toEqual([7]);
  });

  it('a burst due in one instant leaves in one turn', async () => {
    const { fired, loop, finished } = started();
    const due = milliseconds(10);
    loop.add(
      Array.from({ length: 50 }, (_, i) => i),
      Array.from({ length: 50 }, () => due),
    );
    loop.close();
    loop.start();
    await finished;
    expect(fired).toHaveLength(50);
  });
});
