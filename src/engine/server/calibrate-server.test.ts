import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RequestRecord } from '../../core/record.ts';
import type { Nanoseconds } from '../../core/units.ts';
import { simulate } from '../virtual-driver.ts';
import { calibrationFrom, type Probe, type ProbeRecords, probes } from './calibrate-server.ts';
import { type HardwareEngineOptions, readOwnHardware } from './own-hardware.ts';
import { startEngine } from './start-engine.ts';

const folder = mkdtempSync(join(tmpdir(), 'metron-calibrate-'));
const server = { url: 'http://127.0.0.1:1/v1', model: 'm' };

/** What the probes would find against an engine, in virtual time. */
function probed(engine: HardwareEngineOptions): ProbeRecords {
  const { options, own } = readOwnHardware(engine);
  const run = ({ users, requests, promptTokens, outputTokens }: Probe): readonly RequestRecord[] => {
    const request = { scheduledAt: 0 as Nanoseconds, promptTokens, outputTokens };
    return simulate(Array(requests).fill(request), options, { users, hooks: own }).records;
  };
  return Object.fromEntries(
    Object.entries(probes).map(([name, probe]) => [name, run(probe)]),
  ) as unknown as ProbeRecords;
}

const configPath = join(folder, 'config.json');
const config = {
  num_hidden_layers: 36,
  hidden_size: 4096,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  intermediate_size: 12288,
  vocab_size: 151936,
  head_dim: 128,
  max_position_embeddings: 40960,
};
writeFileSync(configPath, JSON.stringify(config));
const datasheet = 'name=l40s,bandwidth=864e9,flops=362e12,memory=44.5';

describe('calibration from the records of probes', () => {
  it('finds the server that was probed, and an engine made of it is as fast', () => {
    const truth = { model: 'llama3-8b', gpu: 'a100', sustained: 0.55, hostConstantMs: 2, hostPerSequenceUs: 40 };
    const found = calibrationFrom(probed(truth), { model: 'llama3-8b', gpu: 'a100' }, server);
    expect(found.engine.sustained! / truth.sustained).toBeCloseTo(1, 1);
    expect(Math.abs(found.engine.hostConstantMs! - 2)).toBeLessThan(0.4);
    expect(Math.abs(found.engine.hostPerSequenceUs! - 40)).toBeLessThan(8);

    const file = join(folder, 'calibration.json');
    writeFileSync(file, JSON.stringify(found));
    const again = calibrationFrom(probed({ calibration: file }), { model: 'llama3-8b', gpu: 'a100' }, server);
    for (const name of ['single', 'batch', 'prefill'] as const) {
      expect(again.probes[name].seconds / found.probes[name].seconds, name).toBeCloseTo(1, 1);
    }
  });

  it('carries hardware of its own along', async () => {
    const own = { modelConfig: configPath, datasheet };
    const found = calibrationFrom(probed({ ...own, hostConstantMs: 1.5 }), own, server);
    expect(found.own.model).toMatchObject({ layers: 36, headSize: 128 });
    expect(found.own.datasheet).toMatchObject({ name: 'l40s', bandwidth: 864e9 });
    const file = join(folder, 'own.json');
    writeFileSync(file, JSON.stringify(found));
    const engine = await startEngine({ port: 0, calibration: file });
    expect(engine.provenance).toBe('calibrated');
    const models = await (await fetch(`${engine.url}/models`)).json();
    expect(models).toMatchObject({ data: [{ id: found.own.model!.kind, max_model_len: 40960 }] });
    await engine.close();
  });

  it('refuses probes that did not complete or did not run together', () => {
    const good = probed({});
    const failed = good.single.map((record) => ({
      ...record,
      outcome: { status: 'timeout', phase: 'total' } as const,
    }));
    expect(() => calibrationFrom({ ...good, single: failed }, {}, server)).toThrow(/only 0 of the 3 requests/);
    const later = good.batch.map((record, i) => ({
      ...record,
      chunks: { ...record.chunks, at: Array.from(record.chunks.at, (at) => at + i * 1e10) },
    }));
    expect(() => calibrationFrom({ ...good, batch: later }, {}, server)).toThrow(/did not decode at the same time/);
  });
});

describe('hardware of one’s own', () => {
  it('is a model from its config.json on a GPU from its datasheet, marked uncalibrated', async () => {
    const engine = await startEngine({ port: 0, modelConfig: configPath, datasheet });
    expect(engine.provenance).toBe('uncalibrated');
    await engine.close();
    const known = await startEngine({ port: 0, gpu: 'h100' });
    expect(known.provenance).toBe('calibrated');
    await known.close();
    expect((await startClosed({ port: 0 })).provenance).toBeUndefined();
  });

  it.each([
    [{ datasheet: 'bandwith=1e12' }, /did you mean bandwidth/],
    [{ datasheet: 'bandwidth=1e12,flops=x,memory=80' }, /flops must be a number/],
    [{ datasheet: 'bandwidth=1e12' }, /flops is missing/],
    [{ datasheet: 'bandwidth=3350,flops=989,memory=80' }, /not billions/],
    [{ modelConfig: join(folder, 'absent.json') }, /cannot read/],
    [{ modelConfig: configPath, datasheet: 'bandwidth=1e12,flops=1e14,memory=8' }, /GiB/],
    [{ calibration: configPath }, /calibration/],
  ])('%j is refused in a sentence', (options, message) => {
    return expect(startEngine({ port: 0, ...options })).rejects.toThrow(message);
  });
});

async function startClosed(options: object) {
  const engine = await startEngine(options);
  await engine.close();
  return engine;
}
