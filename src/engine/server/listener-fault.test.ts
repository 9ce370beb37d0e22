import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { loadSocketCalls } from '../../system/socket-calls.ts';
import { parseFaultRule } from './fault-rule.ts';
import { startEngine } from './start-engine.ts';
import type { TruthRecord } from './truth-trace.ts';

const modelsOf = async (url: string): Promise<number> => (await fetch(`${url}/models`)).status;

describe('a full backlog', () => {
  it('is had by an engine as a whole, from its start on: not by a request, not later, not at times', async () => {
    expect(() => parseFaultRule('full-backlog:3@0.5')).toThrow('befalls the listening socket and takes no conditions');
    const engine = await startEngine({ port: 0 });
    const body = JSON.stringify({ model: 'metron-sim', prompt: 'x', max_tokens: 1 });
    const headers = { 'x-sim-fault': 'full-backlog' };
    const byHeader = await fetch(`${engine.url}/completions`, { method: 'POST', body, headers });
    expect(byHeader.status).toBe(400);
    expect(await byHeader.text()).toContain('give it to the engine at its start (--fault full-backlog)');
    const later = await fetch(`${engine.url.replace('/v1', '')}/sim/faults`, {
      method: 'POST',
      body: JSON.stringify({ faults: ['full-backlog:3'] }),
    });
    expect(later.status).toBe(400);
    expect(await later.text()).toContain('give it to the engine at its start (--fault full-backlog:3)');
    await engine.close();
  });

  if (!loadSocketCalls()) {
    it('needs sockets of our own', async () => {
      await expect(startEngine({ port: 0, fault: ['full-backlog'] })).rejects.toThrow('needs Linux');
    });
  }
});

describe.runIf(loadSocketCalls())('an engine with a full backlog', () => {
  it('keeps everybody outside until it is closed, and says so in the trace', async () => {
    const trace = join(await mkdtemp(join(tmpdir(), 'metron-backlog-')), 'truth.jsonl');
    const engine = await startEngine({ port: 0, fault: ['full-backlog'], trace });
    const outside = connect(engine.port, '127.0.0.1').on('error', () => {});
    expect(await Promise.race([once(outside, 'connect'), sleep(300, 'waits')])).toBe('waits');
    expect(engine.stats().faults).toEqual({ 'full-backlog': 1 });
    outside.destroy();
    await engine.close();
    const told = JSON.parse(readFileSync(trace, 'utf8')) as TruthRecord;
    expect(told).toMatchObject({ id: 'listener', end: 'fault', faults: ['full-backlog'], output_tokens: 0 });
    expect(told.ended_ns).toBeGreaterThan(told.arrived_ns);
  });

  it.each(['127.0.0.1', '::1'])('lets in on %s who knocked before, once it is over', async (host) => {
    const engine = await startEngine({ port: 0, host, fault: ['full-backlog:0.2', 'accept-then-close@first=1'] });
    // The first connection is the client's: the engine's own does not count.
    await expect(modelsOf(engine.url)).rejects.toThrow();
    expect(await modelsOf(engine.url)).toBe(200);
    const lines = (await (await fetch(`${engine.url.replace('/v1', '')}/sim/trace`)).text()).split('\n');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ id: 'listener', faults: ['full-backlog:0.2'] });
    await engine.close();
  });

  it('cannot have a port that is in use, or an address that it cannot read', async () => {
    const { port, close } = await startEngine({ port: 0 });
    await expect(startEngine({ port, fault: ['full-backlog'] })).rejects.toThrow(`port ${port} is in use`);
    await close();
    await expect(startEngine({ port: 0, host: 'localhost', fault: ['full-backlog'] })).rejects.toThrow('localhost');
  });
});
