import { describe, expect, it } from 'vitest';
import { resolvePlan, scorePolicy } from '../config/index.ts';
import type { RequestRecord } from '../core/record.ts';
import { readOwnHardware } from '../engine/server/own-hardware.ts';
import { parseSlo } from '../slo/index.ts';
import { buildSchedule } from '../workload/index.ts';
import { observe } from './probe-observation.ts';
import { simulateSchedule } from './simulate.ts';

const slo = parseSlo(['ttft<=150ms & tpot<=20ms @ 90%']);

const planAt = (rate: number, requests: number) =>
  resolvePlan({
    target: { url: 'http://simulated.invalid/v1', model: 'm' },
    load: { arrivals: `poisson:${rate}`, requests },
    workload: { prompt: '256', output: '32' },
    seed: 3,
  });

function recordsAt(rate: number, requests: number): readonly RequestRecord[] {
  const plan = planAt(rate, requests);
  return simulateSchedule(plan, buildSchedule(plan, plan.seed), readOwnHardware({ model: 'llama3-8b', gpu: 'h100' }));
}

const policy = scorePolicy(planAt(1, 1).score);

describe('a look at a load', () => {
  it('is judged by its steady window, and says how many requests that held', () => {
    const records = recordsAt(20, 600);
    const { window, tallies, backlog } = observe(records, slo, policy, { openLoop: true });
    expect(window?.kind).toBe('steady');
    expect(window?.requests).toBe(tallies[0]?.good.length);
    expect(window?.requests).toBeLessThan(records.length);
    expect(backlog).toBe('steady');
  });

  it('says why there was no steady state where more comes in than goes out', () => {
    const { window, backlog } = observe(recordsAt(250, 4000), slo, policy, { openLoop: true });
    expect(window).toMatchObject({ kind: 'settled' });
    expect(backlog).not.toBe('steady');
  });

  it('judges every request where the literature does', () => {
    const records = recordsAt(20, 300);
    const { window, backlog, point, cost } = observe(records, slo, policy, { openLoop: true, whole: true });
    expect(window).toEqual({ kind: 'whole', requests: 300 });
    expect(point?.completed_per_s).toBeCloseTo(300 / cost.seconds, 1);
    expect(backlog).toBe('steady');
  });

  it('costs money where prices are known, and says nothing of it where they are not', () => {
    const records = recordsAt(20, 100);
    const price = (prompt: number, output: number): number | undefined =>
      observe(records, slo, policy, { openLoop: true, prices: { prompt, output } }).cost.money;
    expect(price(2, 0)).toBeCloseTo((100 * 256 * 2) / 1e6, 10);
    expect(price(0, 3)).toBeCloseTo((100 * 32 * 3) / 1e6, 10);
    expect(observe(records, slo, policy, { openLoop: true }).cost).not.toHaveProperty('money');
  });
});
