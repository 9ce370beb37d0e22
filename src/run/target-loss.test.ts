import { describe, expect, it } from 'vitest';
import { resolvePlan } from '../config/index.ts';
import type { Outcome, RequestRecord } from '../core/record.ts';
import { nanoseconds } from '../core/units.ts';
import { startEngine } from '../engine/server/start-engine.ts';
import { clientLoss, targetLoss } from './target-loss.ts';

const completed: Outcome = { status: 'completed' };
const refused: Outcome = { status: 'failed', failure: { kind: 'network', code: 'ECONNREFUSED' } };
const reset: Outcome = { status: 'truncated', cause: 'reset' };
const overloaded: Outcome = { status: 'failed', failure: { kind: 'http', httpStatus: 503 } };
const noPorts: Outcome = { status: 'failed', failure: { kind: 'network', code: 'EADDRNOTAVAIL' } };

const recordsOf = (...outcomes: readonly Outcome[]): RequestRecord[] =>
  outcomes.map((outcome, id) => ({
    id,
    phase: 'measure',
    scheduledAt: nanoseconds(id),
    prompt: {},
    output: {},
    chunks: { at: [], tokens: [], kind: [], bytes: [], read: [] },
    outcome,
  }));

const planFor = (url: string) =>
  resolvePlan({ target: { url, model: 'sim' }, load: { arrivals: 'poisson:1', requests: 5 } });

describe('a target that went away', { timeout: 30_000 }, () => {
  it('is told from one that fails under load by asking it once more', async () => {
    const engine = await startEngine({ port: 0, model: 'sim', firstTokenMs: 1, gapMs: 1 });
    const plan = planFor(engine.url);
    const loss = (...outcomes: readonly Outcome[]) => targetLoss(recordsOf(...outcomes), plan, { env: {} });
    try {
      expect(await loss(completed, completed, completed)).toBeUndefined();
      expect(await loss(completed, overloaded, overloaded, overloaded)).toBeUndefined();
      expect(await loss(completed, reset)).toBeUndefined();
      expect(await loss(completed, refused, completed, completed, completed)).toMatch(
        'nobody listened for 1 of 5 requests: the target died',
      );
    } finally {
      await engine.close();
    }
    expect(await loss(completed, completed, reset)).toMatch(/so does one alone: nothing listens at/);
    expect(await loss(completed, completed, completed)).toBeUndefined();
  });

  it('is there where it says that a quota is used up', async () => {
    const engine = await startEngine({ port: 0, model: 'sim', firstTokenMs: 1, gapMs: 1, fault: ['throttle:1:60'] });
    const outcome: Outcome = { status: 'failed', failure: { kind: 'throttled', httpStatus: 429 } };
    const loss = () => targetLoss(recordsOf(completed, outcome), planFor(engine.url), { env: {} });
    expect(await loss()).toBeUndefined();
    expect(await loss()).toBeUndefined();
    await engine.close();
  });

  it('is not blamed for connections that this machine could not make', () => {
    expect(clientLoss(recordsOf(completed, refused))).toBeUndefined();
    expect(clientLoss(recordsOf(completed, noPorts))).toBe('1 requests failed on this machine: network EADDRNOTAVAIL');
  });
});
