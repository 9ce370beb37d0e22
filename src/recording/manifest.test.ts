import { describe, expect, it } from 'vitest';
import { disclosureFields } from '../core/manifest.ts';
import { seconds } from '../core/units.ts';
import { hostFacts } from './host-facts.ts';
import { declared, detected, disclose, endManifest, notVerifiable, startManifest } from './manifest.ts';

const start = startManifest({
  metron: '1.0.0',
  run: { id: 'a', name: 'b', repeat: { index: 2, of: 5 } },
  startedAt: new Date('2026-01-01T00:00:00Z'),
  seed: 42,
  scheduleHash: 'abc',
  instrument: { workers: 2, transportPaths: ['A', 'B'], clock: 'CLOCK_MONOTONIC' },
  target: { url: 'http://host', protocol: 'openai-chat' },
  disclosure: { model: declared('llama'), engine: detected('vLLM'), precision: notVerifiable() },
});

describe('the manifest', () => {
  it('of a run that has begun says nothing about its end', () => {
    expect(start).toMatchObject({
      schema: 'metron.manifest/1',
      startedAt: '2026-01-01T00:00:00.000Z',
      scheduleHash: 'abc',
    });
    for (const key of ['endedAt', 'endedBy', 'certificate', 'drainedAt_ns']) expect(start).not.toHaveProperty(key);
  });

  it('has every field of the disclosure, each with its standing', () => {
    expect(Object.keys(start.disclosure)).toEqual(Object.keys(disclosureFields));
    expect(start.disclosure.model).toEqual({ value: 'llama', status: 'declared' });
    expect(start.disclosure.engine).toEqual({ value: 'vLLM', status: 'detected' });
    expect(start.disclosure.precision).toEqual({ status: 'not verifiable' });
    expect(start.disclosure.quantization).toEqual({ status: 'missing' });
    expect(Object.values(disclose({})).every(({ status }) => status === 'missing')).toBe(true);
  });

  it('is completed at the end by the clock of the run', () => {
    const end = endManifest(start, {
      endedBy: 'user',
      drainedAt: seconds(61.5),
      target: { server: 'uvicorn' },
      disclosure: { sampleCount: detected(240) },
    });
    expect(end).toMatchObject({
      endedBy: 'user',
      endedAt: '2026-01-01T00:01:01.500Z',
      drainedAt_ns: 61.5e9,
      target: { url: 'http://host', server: 'uvicorn' },
      disclosure: { model: { value: 'llama' }, sampleCount: { value: 240, status: 'detected' } },
    });
  });

  it('describes the machine without naming it', () => {
    const facts = hostFacts();
    expect(facts.cores).toBeGreaterThan(0);
    expect(facts.memory_bytes).toBeGreaterThan(1e6);
    expect(facts.node).toBe(process.version);
    expect(Object.values(facts)).not.toContain(undefined);
    expect(JSON.parse(JSON.stringify(facts))).toEqual(facts);
  });
});
