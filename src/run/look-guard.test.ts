import { getEventListeners } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { resolvePlan } from '../config/index.ts';
import { startEngine } from '../engine/server/start-engine.ts';
import { RunControl } from './control.ts';
import type { RunEvent } from './events.ts';
import { LookGuard } from './look-guard.ts';

const planFor = (url: string) =>
  resolvePlan({ target: { url, model: 'sim' }, load: { arrivals: 'poisson:1', requests: 5 } });

const seen = (completed: number, failed: number): RunEvent =>
  ({ kind: 'live', live: { completed, failed } }) as unknown as RunEvent;

const settled = () => setTimeout(200);

describe('a guarded look', { timeout: 30_000 }, () => {
  it('ends when nobody listens any more, and not because of failures', async () => {
    const engine = await startEngine({ port: 0, model: 'sim' });
    const guard = new LookGuard(planFor(engine.url), { env: {} });
    guard.onEvent(seen(5, 20));
    guard.onEvent(seen(5, 50));
    await settled();
    expect(guard.control.stopSignal.aborted).toBe(false);
    await engine.close();
    guard.onEvent(seen(5, 55));
    await settled();
    expect(guard.control.stopSignal.aborted).toBe(false);
    guard.onEvent(seen(5, 70));
    await settled();
    expect(guard.control.stopSignal.aborted).toBe(true);
  });

  it('obeys the one who started the search', () => {
    const control = new RunControl();
    const told: RunEvent[] = [];
    const guard = new LookGuard(planFor('http://127.0.0.1:9/v1'), {
      env: {},
      control,
      onEvent: (event) => told.push(event),
    });
    guard.onEvent(seen(1, 0));
    expect(told).toHaveLength(1);
    control.leave();
    expect(guard.control.leaveSignal.aborted).toBe(true);
  });

  it('leaves nothing behind at the one who started the search', () => {
    const control = new RunControl();
    const listening = () =>
      [control.stopSignal, control.leaveSignal].flatMap((signal) => getEventListeners(signal, 'abort')).length;
    const guard = new LookGuard(planFor('http://127.0.0.1:9/v1'), { env: {}, control });
    expect(listening()).toBe(2);
    guard.close();
    expect(listening()).toBe(0);
  });
});
