import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recordFromJson } from '../../src/recording/record-json.ts';
import { orderOf, recorderFor } from './bare-instrument.ts';
import { built } from './built.ts';
import { metron, scratch } from './command-line.ts';

const { runTrial } = await built<typeof import('../../src/selftest/trial.ts')>('selftest/trial.js');
const { SourceProcess } =
  await built<typeof import('../../src/selftest/source-process.ts')>('selftest/source-process.js');
const { Instrument } = await built<typeof import('../../src/instrument/instrument.ts')>('instrument/instrument.js');
const { certify } = await built<typeof import('../../src/recording/certificate.ts')>('recording/certificate.js');
const { measurementsOf } = await built<typeof import('../../src/run/verdict-inputs.ts')>('run/verdict-inputs.js');

const millisecond = 1e6;
const ns = (value: number) => value as never;
const source = { tokens: 40, gap: ns(10 * millisecond), firstTokenAfter: ns(5 * millisecond) };

/** Of sorted numbers; times are reported, never judged: the machine may be busy. */
const quantile = (values: Float64Array, share: number): string =>
  `${((values.slice().sort()[Math.ceil(share * values.length) - 1] ?? 0) / 1000).toFixed(0)} µs`;

describe('records joined with the truth of a stamped source', () => {
  it.each([
    { name: 'phases at random', phases: 'random' as const },
    { name: 'in step, as a batching engine sends', phases: 'in-step' as const },
    { name: 'stamped by user space', phases: 'random' as const, stamps: 'user' as const },
  ])('every token of every stream is found: $name', async ({ phases, stamps }) => {
    const streams = 120;
    const result = await runTrial({
      source: { ...source, phases },
      requests: {
        due: Float64Array.from({ length: streams }, (_, i) => i * millisecond),
        tokens: Uint32Array.from({ length: streams }, (_, i) => 1 + (i % source.tokens)),
      },
      workers: 2,
      connections: 60,
      ...(stamps && { stamps }),
    });
    expect(result.completed).toBe(streams);
    expect(result.answered).toBe(streams);
    expect(result.tokensFound).toBe(result.tokensSent);
    // Nothing arrives before it is sent, though user space may guess so; the mapping of clocks is good to far less than this.
    const readLate = result.errors.map((error, i) => error + (result.delays[i] ?? 0));
    expect(Math.min(...readLate)).toBeGreaterThan(-millisecond);
    if (stamps !== 'user') expect(Math.min(...result.errors)).toBeGreaterThan(-millisecond);
    const off = result.errors.map(Math.abs);
    console.log(`token times off by p50 ${quantile(off, 0.5)}, p99 ${quantile(off, 0.99)}`);
  });
});

describe('a receiving worker that dies in mid-run', () => {
  it('takes its share with it and nothing else; the verdict is invalid', async () => {
    const folder = scratch('lost-worker');
    const recordsPath = join(folder, 'records.jsonl');
    const from = await SourceProcess.start({ ...source, phases: 'random' });
    const requests = 40;
    const due = Float64Array.from({ length: requests }, (_, i) => (100 + 20 * i) * millisecond);
    const instrument = new Instrument({
      workers: 2,
      target: { url: `http://127.0.0.1:${from.port}/v1/chat/completions`, headers: {} },
      load: { model: 'open' },
      recorder: recorderFor({
        recordsPath,
        due,
        tokens: source.tokens,
        timeouts: { connect: ns(60e9), firstToken: ns(60e9), betweenTokens: ns(60e9), total: ns(60e9) },
      }),
    });
    try {
      await instrument.ready();
      await instrument.warm(4);
      for (let request = 0; request < requests; request++) {
        const order = orderOf(request, due, '{"stream":true}');
        // Worker 0 carries the even requests: it comes to grief over this one.
        instrument.give(request === 20 ? { ...order, bodies: undefined as never } : order);
      }
      instrument.noMoreOrders();
      instrument.start(process.hrtime.bigint());
      await instrument.sentAll();
      await instrument.drained();
      const facts = await instrument.close();
      const records = readFileSync(recordsPath, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => recordFromJson(line));
      expect(facts.lostWorkers).toBe(1);
      expect(records).toHaveLength(requests);
      for (const { id, outcome } of records) if (id % 2 === 1) expect(outcome.status).toBe('completed');
      const lost = records.filter(({ outcome }) => outcome.status !== 'completed');
      expect(lost.length).toBeGreaterThan(0);
      for (const { id } of lost) expect(id % 2).toBe(0);
      const window = { from: ns(0), to: ns(1e9) };
      const measured = measurementsOf({ records, facts, window, openLoop: true, decodeDeadline: ns(5e7) });
      expect(certify(measured)).toMatchObject({ verdict: 'invalid' });
    } finally {
      await Promise.all([instrument.terminate(), from.close()]);
      rmSync(folder, { recursive: true });
    }
  });
});

describe('metron doctor', () => {
  it('says what was measured, for machines', async () => {
    const { code, out } = await metron(['doctor', '--json']).ended;
    expect(code).toBe(0);
    const { selfTest, steps, findings } = JSON.parse(out) as import('../../src/selftest/doctor.ts').Diagnosis;
    expect(selfTest.lost).toBe(0);
    expect(steps[0]).toMatchObject({ asked: 5000, lost: 0 });
    expect(findings.map(({ id }) => id)).toContain('files');
    for (const { ok, advice } of findings) expect(advice === undefined).toBe(ok);
  });
});
