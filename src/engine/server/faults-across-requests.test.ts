import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../../../test/engine/faults/exchange.ts';
import { type RunningEngine, startEngine } from './start-engine.ts';
import type { TruthRecord } from './truth-trace.ts';

let engine: RunningEngine;
beforeAll(async () => {
  engine = await startEngine({ port: 0, firstTokenMs: 5, perPromptTokenMs: 0, gapMs: 1, stallProbability: 0 });
});
afterAll(() => engine.close());

/** The status line over a connection of its own; undefined where it was closed without one. */
const statusOf = ({ port }: RunningEngine, path: string): Promise<string | undefined> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`GET ${path} HTTP/1.1\r\nhost: e\r\n\r\n`));
    socket.once('data', (bytes) => {
      resolve(bytes.toString('latin1').split('\r\n')[0]);
      socket.destroy();
    });
    socket.on('error', () => {});
    socket.once('close', () => resolve(undefined));
  });

describe('faults of more than one request', () => {
  it('befall whole connections by rule, and stand in the trace', async () => {
    const own = await startEngine({ port: 0, fault: ['accept-then-close@first=1', 'slow-accept:0.2@every=2'] });
    const opened = performance.now();
    const ends = await Promise.all(
      [1, 2, 3].map(async () => ({ status: await statusOf(own, '/v1/models'), after: performance.now() - opened })),
    );
    expect(ends.map(({ status }) => status).filter((status) => status === undefined)).toHaveLength(1);
    expect(Math.max(...ends.map(({ after }) => after))).toBeGreaterThan(190);
    const lines = (await (await fetch(`${own.url.replace('/v1', '')}/sim/trace`)).text()).trimEnd().split('\n');
    const traced = lines.map((line) => JSON.parse(line) as TruthRecord);
    // Reading the trace may take a connection of its own.
    expect(traced.map((one) => one.faults?.[0]).slice(0, 2)).toEqual(['accept-then-close', 'slow-accept:0.2']);
    expect(own.stats().faults).toMatchObject({ 'accept-then-close': 1 });
    await own.close();
    const { head } = await ask(engine, { fault: 'accept-then-close' });
    expect(head).toMatch(/^HTTP\/1.1 400 /);
  });

  it('shed and throttle by what else is asked', async () => {
    const own = await startEngine({ port: 0, firstTokenMs: 150, slots: 1, fault: ['shed:1'] });
    const status = async (headers: Record<string, string> = {}) => {
      const body = JSON.stringify({ model: 'metron-sim', prompt: 'x', max_tokens: 1 });
      const response = await fetch(`${own.url}/completions`, { method: 'POST', body, headers });
      await response.text();
      return response.status;
    };
    const statuses = await Promise.all(Array.from({ length: 6 }, () => status()));
    expect(statuses.filter((one) => one === 503).length).toBeGreaterThan(0);
    expect(statuses.filter((one) => one === 200).length).toBeGreaterThan(1);
    const limited = { 'x-sim-fault': 'throttle:2:60' };
    const of = (key: string) => status({ ...limited, authorization: `Bearer ${key}` });
    expect([await of('a'), await of('a'), await of('a'), await of('b')]).toEqual([200, 200, 429, 200]);
    await own.close();
  });

  it('let the engine go on for a client that is gone', async () => {
    const produced = async (fault: string) => {
      const own = await startEngine({ port: 0, firstTokenMs: 0, gapMs: 5, gapJitter: 0, stallProbability: 0 });
      const gone = new AbortController();
      const body = JSON.stringify({ model: 'metron-sim', prompt: 'x', max_tokens: 60, ignore_eos: true, stream: true });
      const headers = { 'x-sim-fault': fault };
      const response = await fetch(`${own.url}/completions`, { method: 'POST', body, headers, signal: gone.signal });
      await response.body!.getReader().read();
      gone.abort();
      while (own.stats().running > 0) await new Promise((resolve) => setTimeout(resolve, 10));
      await own.close();
      return own.stats().generationTokens;
    };
    expect(await produced('ignore-cancel')).toBe(60);
    expect(await produced('comments')).toBeLessThan(60);
  });

  it('close a connection after its nth request', async () => {
    const body = JSON.stringify({ model: 'metron-sim', prompt: 'x', max_tokens: 1 });
    const one = `POST /v1/completions HTTP/1.1\r\nhost: e\r\nx-sim-fault: close-after-requests:2\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    const text = await new Promise<string>((resolve) => {
      let all = '';
      const socket = connect(engine.port, '127.0.0.1', () => socket.write(one));
      socket.on('data', (bytes) => {
        all += bytes.toString('latin1');
        if (all.endsWith('}')) socket.write(one);
      });
      socket.on('error', () => {});
      socket.on('close', () => resolve(all));
    });
    expect(text.split('HTTP/1.1 200 OK').length - 1).toBe(2);
    expect(text).not.toMatch(/connection: close/i);
  });
});
