import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startEngine } from 'metron';
import { describe, expect, it } from 'vitest';
import { outcomeClass } from '../../src/core/record.ts';
import type { Nanoseconds } from '../../src/core/units.ts';
import { recordsFrom, type Sent } from './bare-instrument.ts';
import { scratch } from './command-line.ts';

const ways = [
  { name: 'A, stamped by the kernel', path: 'A', setup: {} },
  { name: 'B, stamped by user space', path: 'B', setup: { stamps: 'user' } },
] as const;

const tokens = 4;
const body = JSON.stringify({
  model: 'sim',
  messages: [{ role: 'user', content: 'Hello' }],
  stream: true,
  stream_options: { include_usage: true },
  max_tokens: tokens,
  ignore_eos: true,
});

describe.each(ways)('an engine whose backlog is full, path $name', ({ path, setup }) => {
  /** How one request fared, and what the engine says it did. */
  async function meet(fault: string, timeouts: NonNullable<Sent['timeouts']>) {
    const trace = join(scratch('backlog'), 'truth.jsonl');
    const engine = await startEngine({ port: 0, model: 'sim', firstTokenMs: 5, gapMs: 2, fault: [fault], trace });
    const target = { url: `${engine.url}/chat/completions`, headers: {}, ...setup };
    try {
      const [record] = await recordsFrom({ target, path, requests: [{ body, due: 0 }], tokens, timeouts });
      await engine.close();
      const [told] = readFileSync(trace, 'utf8').split('\n');
      return { record, told: JSON.parse(told ?? '') };
    } finally {
      await engine.close();
    }
  }

  it('for ever: the connection never stands, and that is what it is called', async () => {
    const { record, told } = await meet('full-backlog', { connect: 1.5e9 as Nanoseconds });
    expect(record && outcomeClass(record.outcome)).toBe('timeout connect');
    expect(record?.output.total ?? 0).toBe(0);
    expect(told).toMatchObject({ id: 'listener', end: 'fault', faults: ['full-backlog'] });
  });

  it('for a while: the request is completed once it is let in', async () => {
    const { record, told } = await meet('full-backlog:2', {});
    expect(record && outcomeClass(record.outcome)).toBe('completed');
    expect(record?.output.total).toBe(tokens);
    expect(told).toMatchObject({ id: 'listener', end: 'fault', faults: ['full-backlog:2'] });
  });
});
