import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ClockWatch } from './clock-watch.ts';
import { LoopMonitor, pauseSpread } from './loop-monitor.ts';

function block(forMs: number): void {
  const until = performance.now() + forMs;
  while (performance.now() < until);
}

describe('the loop monitor', () => {
  it('sees a loop that is blocked, and one that sleeps', async () => {
    const monitor = new LoopMonitor();
    monitor.start();
    await sleep(60);
    block(150);
    await sleep(60);
    const busy = monitor.snapshot();
    expect(busy.elapsed).toBeGreaterThan(250e6);
    expect(busy.delay?.max).toBeGreaterThan(100e6);
    expect(busy.utilisation).toBeGreaterThan(0.1);
    expect(busy.utilisation).toBeLessThanOrEqual(1);
    expect(monitor.snapshot({ spun: busy.elapsed * 2 }).utilisation).toBe(0);

    monitor.start();
    await sleep(100);
    const calm = monitor.snapshot();
    monitor.stop();
    expect(structuredClone(calm)).toEqual(calm);
  });

  it('sees garbage collection', async () => {
    const monitor = new LoopMonitor();
    monitor.start();
    let kept: object[] = [];
    for (let i = 0; i < 2e6; i++) {
      kept.push({ i });
      if (kept.length > 1e5) kept = [];
    }
    await sleep(20);
    const { gc } = monitor.snapshot();
    monitor.stop();
    expect(gc?.count).toBeGreaterThan(0);
    expect(gc?.max).toBeGreaterThanOrEqual(gc?.p99 ?? Number.POSITIVE_INFINITY);
    expect(gc?.total).toBeGreaterThanOrEqual(gc?.max ?? Number.POSITIVE_INFINITY);
  });
});

describe('the clock watch', () => {
  it('tells steps from slewing, forwards and backwards', () => {
    let wall = 1_000_000;
    let monotonic = 0;
    const watch = new ClockWatch(
      () => wall,
      () => monotonic,
    );
    const pass = (byWall: number): void => {
      wall += byWall;
      monotonic += 1000;
      watch.sample();
    };
    pass(1000);
    pass(1000.5);
    pass(999);
    expect(watch.steps()).toEqual({ count: 0, largest: 0 });
    pass(1250);
    pass(-2000);
    pass(1000);
    expect(watch.steps()).toEqual({ count: 2, largest: 3000e6 });
  });
});

describe('pauses of garbage collection', () => {
  const milliseconds = (from: number, to: number): number[] =>
    Array.from({ length: to - from + 1 }, (_, i) => (from + i) * 1e6);

  it('have a P99 that one in a hundred is longer than, and one of fewer', () => {
    expect(pauseSpread(milliseconds(1, 200))).toMatchObject({ p99: 198e6, max: 200e6, count: 200 });
    expect(pauseSpread(milliseconds(1, 5))).toMatchObject({ p50: 3e6, p99: 4e6, max: 5e6, total: 15e6 });
    expect(pauseSpread(milliseconds(7, 7))).toMatchObject({ p50: 7e6, p99: 7e6, max: 7e6 });
  });
});
