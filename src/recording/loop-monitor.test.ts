import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ClockWatch } from './clock-watch.ts';
import { LoopMonitor } from './loop-monitor.ts';

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
