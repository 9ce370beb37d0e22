import { describe, expect, it } from 'vitest';
import { monotonicClock } from '../../core/clock.ts';
import { milliseconds, type Nanoseconds } from '../../core/units.ts';
import type { Emission, EngineCore, EngineRequest } from '../core.ts';
import { simple } from '../simple.ts';
import { WallDriver } from './wall-driver.ts';

const clock = () => monotonicClock(process.hrtime.bigint());
const pace = { firstTokenMs: 20, perPromptTokenMs: 0, gapMs: 5, stallProbability: 0 };
const core = (options: object) => simple.create(simple.options.parse({ ...pace, ...options }), 1);

function untilFinished(driver: WallDriver, request: EngineRequest, seen: (emission: Emission) => void): Promise<void> {
  return new Promise((resolve) => {
    driver.submit(request, (emission) => {
      seen(emission);
      if (emission.kind === 'finished') resolve();
    });
  });
}

describe('the wall driver', () => {
  it('reports nothing before it is due, and lateness does not add up', async () => {
    const time = clock();
    const driver = new WallDriver(core({}), time);
    const late: number[] = [];
    await untilFinished(driver, { id: 1, promptTokens: 1, outputTokens: 60 }, ({ at }) => late.push(time.now() - at));
    expect(late).toHaveLength(61);
    for (const lateness of late) expect(lateness).toBeGreaterThanOrEqual(0);
    // A driver that waited a gap from now instead of until a time would be late by the sum of all.
    expect([...late].sort((a, b) => a - b)[30]).toBeLessThan(milliseconds(20));
    expect(driver.lateness.count).toBeGreaterThan(50);
    driver.close();
  });

  it('plays many requests at the core’s own times', async () => {
    const driver = new WallDriver(core({ slots: 4 }), clock());
    const log: Emission[] = [];
    const ids = Array.from({ length: 12 }, (_, id) => id);
    await Promise.all(
      ids.map((id) => untilFinished(driver, { id, promptTokens: 1, outputTokens: 5 }, (one) => log.push(one))),
    );
    for (const id of ids) expect(log.filter((one) => one.id === id && one.kind === 'tokens')).toHaveLength(5);
    for (let i = 1; i < log.length; i++) expect(log[i]!.at).toBeGreaterThanOrEqual(log[i - 1]!.at);
    driver.close();
  });

  it('can be told to cancel while it reports, and reports no more', async () => {
    const driver = new WallDriver(core({ slots: 1 }), clock());
    let tokens = 0;
    driver.submit({ id: 1, promptTokens: 1, outputTokens: 1000 }, () => {
      tokens++;
      if (tokens === 3) driver.cancel(1);
    });
    await untilFinished(driver, { id: 2, promptTokens: 1, outputTokens: 2 }, () => {});
    expect(tokens).toBe(3);
    expect(driver.stats()).toMatchObject({ running: 0, waiting: 0 });
    driver.close();
  });

  it('passes a refusal on before submit returns', () => {
    const driver = new WallDriver(refusingCore(), clock());
    const log: Emission[] = [];
    driver.submit({ id: 1, promptTokens: 1, outputTokens: 1 }, (emission) => log.push(emission));
    expect(log).toMatchObject([{ kind: 'rejected', reason: 'too long' }]);
    driver.close();
  });
});

/** Takes nothing. */
function refusingCore(): EngineCore {
  const refused: { id: number; at: Nanoseconds }[] = [];
  return {
    submit: ({ id }, at) => void refused.push({ id, at }),
    cancel: () => {},
    nextAt: () => refused[0]?.at,
    advance: (_to, emit) => {
      for (const one of refused.splice(0)) emit({ kind: 'rejected', reason: 'too long', ...one });
    },
    stats: () => ({ waiting: 0, running: 0, preemptions: 0, kvUsed: 0, kvTotal: 0 }),
  };
}
