import { describe, expect, it } from 'vitest';
import { chat } from '../../test/engine/load.ts';
import { type Nanoseconds, seconds } from '../core/units.ts';
import type { SimulatedRequest } from './virtual-driver.ts';
import { simulate, simulateInto } from './virtual-driver.ts';

const at = (time: number, promptTokens = 100, outputTokens = 20): SimulatedRequest => ({
  scheduledAt: seconds(time),
  promptTokens,
  outputTokens,
});

describe('virtual driver', () => {
  it('leaves the records a run would have left', () => {
    const { records } = simulate([{ ...at(2), session: 7, phase: 'warmup' }, at(1)], { model: 'llama3.1-8b' });
    const [first, second] = records;
    expect(first).toMatchObject({
      id: 0,
      session: 7,
      phase: 'warmup',
      scheduledAt: 2e9,
      sentAt: 2e9,
      prompt: { asked: 100, reported: 100, cached: 0 },
      output: { asked: 20, total: 20, reported: 20, totalSource: 'usage', chunkSource: 'continuous-usage' },
      outcome: { status: 'completed', finishReason: 'length' },
    });
    expect(second).toMatchObject({ id: 1, phase: 'measure' });
    for (const { chunks, firstByteAt, endedAt } of records) {
      for (const column of [chunks.at, chunks.tokens, chunks.kind, chunks.bytes, chunks.read])
        expect(column).toHaveLength(20);
      expect(chunks.at[0]).toBe(firstByteAt);
      expect(chunks.at[19]).toBe(endedAt);
      expect(Array.from(chunks.read)).toEqual(Array.from({ length: 20 }, (_, i) => i));
      for (let i = 1; i < 20; i++) expect(chunks.at[i]).toBeGreaterThan(chunks.at[i - 1]!);
    }
  });

  it('makes a failed record of what the engine refuses', () => {
    const { records, facts } = simulate([at(0, 9000)], {});
    expect(records[0]?.outcome).toMatchObject({ status: 'failed', failure: { kind: 'http', httpStatus: 400 } });
    expect(records[0]?.chunks.at).toHaveLength(0);
    expect(facts[0]).toBeUndefined();
  });

  it('keeps as many requests in flight as there are users', () => {
    const [users, think] = [8, seconds(0.05)];
    const { records } = simulate(
      Array.from({ length: 100 }, () => at(0, 50, 30)),
      {},
      { users, thinkTime: think },
    );
    const starts = records.map(({ sentAt = 0 }) => sentAt).sort((a, b) => a - b);
    const ends = records.map(({ endedAt = 0 }) => endedAt).sort((a, b) => a - b);
    for (const [i, start] of starts.entries()) expect(start).toBe(i < users ? 0 : ends[i - users]! + think);
  });

  it('keeps the users busy on engines in several parts, too', () => {
    const { records } = simulate(
      Array.from({ length: 60 }, () => at(0, 500, 30)),
      { scheduler: 'disaggregated', prefillEngines: 2, decodeEngines: 2 },
      { users: 6 },
    );
    const ends = records.map(({ endedAt = 0 }) => endedAt).sort((a, b) => a - b);
    const starts = records.map(({ sentAt = 0 }) => sentAt).sort((a, b) => a - b);
    for (const [i, start] of starts.entries()) expect(start).toBe(i < 6 ? 0 : ends[i - 6]!);
    for (const { output } of records) expect(output.total).toBe(30);
  });

  it('cuts off what the clock leaves unfinished, and drops what no user came to', () => {
    const until = seconds(2);
    const load = Array.from({ length: 40 }, () => at(0, 100, 100));
    const { records } = simulate(load, { host: 'sarathi-osdi24', egressMs: 40 }, { users: 2, until });
    const by = (status: string) => records.filter(({ outcome }) => outcome.status === status);
    expect(by('completed').length + by('cancelled').length + by('dropped').length).toBe(40);
    expect(by('cancelled')).toHaveLength(2);
    for (const { chunks, endedAt, outcome, output } of by('cancelled')) {
      expect(outcome).toEqual({ status: 'cancelled', reason: 'run-end' });
      expect(endedAt).toBe(until);
      expect(output.total).toBe(chunks.at.length);
      for (const time of Array.from(chunks.at)) expect(time).toBeLessThanOrEqual(until);
    }
    for (const record of by('dropped')) expect(record).not.toHaveProperty('sentAt');
  });

  it('gives the same records for the same seed, and hands them over as they end', () => {
    const load = chat(4, 100);
    const engine = { model: 'llama3.1-8b', jitter: 0.02 };
    const [once, twice, other] = [5, 5, 6].map((seed) => simulate(load, engine, { seed }).records);
    expect(JSON.stringify(twice)).toBe(JSON.stringify(once));
    expect(JSON.stringify(other)).not.toBe(JSON.stringify(once));
    const ends: Nanoseconds[] = [];
    simulateInto(load, engine, { seed: 5 }, ({ record }) => ends.push(record.endedAt!));
    expect(ends).toEqual(once!.map(({ endedAt }) => endedAt!).sort((a, b) => a - b));
  });
});
