import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, contentsOf, dataOf } from '../../../test/engine/faults/exchange.ts';
import { faults } from './faults.ts';
import { type RunningEngine, startEngine } from './start-engine.ts';

let engine: RunningEngine;
beforeAll(async () => {
  engine = await startEngine({ port: 0, firstTokenMs: 5, perPromptTokenMs: 0, gapMs: 1, stallProbability: 0 });
});
afterAll(() => engine.close());

/** Each befalls whoever asks for it in the prompt. */
const byPrompt = faults.all
  .filter(({ of }) => of === 'request')
  .map(({ kind }) => ({ kind, rule: `${kind}@prompt=wants ${kind}"` }));

describe('each fault', () => {
  let ruled: RunningEngine;
  beforeAll(async () => {
    ruled = await startEngine({ port: 0, firstTokenMs: 1, gapMs: 1, fault: byPrompt.map(({ rule }) => rule) });
  });
  afterAll(() => ruled.close());

  it.concurrent.each(byPrompt)('comes by header, by model name and by rule: $kind', async ({ kind }) => {
    const short = { tokens: 2, patience: 150 };
    const came = await Promise.all([
      ask(engine, { ...short, fault: kind }),
      ask(engine, { ...short, model: `sim-fault-${kind}` }),
      ask(ruled, { ...short, prompt: `wants ${kind}` }),
    ]);
    for (const { truth } of came) expect(truth.faults).toEqual([kind]);
  });
});

describe('faults', () => {
  it('can be had together', async () => {
    const { body, truth } = await ask(engine, { fault: 'multi-token:3, line-ends:crlf, missing-done' });
    expect(contentsOf(body.replaceAll('\r\n', '\n'))).toHaveLength(4);
    expect(body).not.toContain('[DONE]');
    expect(truth.faults).toEqual(['multi-token:3', 'line-ends:crlf', 'missing-done']);
  });

  it('also change completions and whole answers', async () => {
    const { body } = await ask(engine, { fault: 'multi-token:4', path: '/v1/completions' });
    expect(dataOf(body).filter((data) => /"text":"[^"]/.test(data))).toHaveLength(3);
    const whole = await ask(engine, { fault: 'wrong-usage:2', stream: false });
    expect(JSON.parse(whole.body)).toMatchObject({ usage: { completion_tokens: 24 } });
  });

  it('are refused by name and by argument, with what is known', async () => {
    const unknown = await ask(engine, { fault: 'http-eror' });
    expect(unknown.head).toMatch(/^HTTP\/1.1 400 /);
    expect(unknown.body).toContain('known: ');
    for (const fault of ['http-error:99', 'stall:x', 'empty:1']) {
      expect((await ask(engine, { fault })).head).toMatch(/^HTTP\/1.1 400 /);
    }
  });

  it('follow rules: each nth request, or with a probability, the same for the same seed', async () => {
    const statuses = async (rule: string, seed: number) => {
      const own = await startEngine({ port: 0, firstTokenMs: 0, gapMs: 0, fault: [rule], seed });
      const found: number[] = [];
      for (let i = 0; i < 40; i++) {
        const response = await fetch(`${own.url}/completions`, {
          method: 'POST',
          body: JSON.stringify({ model: 'metron-sim', prompt: 'x', max_tokens: 1 }),
        });
        await response.text();
        found.push(response.status);
      }
      const stats = own.stats();
      await own.close();
      const failed = found.filter((status) => status === 503).length;
      expect(stats.faults['http-error'] ?? 0).toBe(failed);
      return found;
    };
    const every = await statuses('http-error:503@every=4', 1);
    every.forEach((status, i) => {
      expect(status).toBe((i + 1) % 4 === 0 ? 503 : 200);
    });
    const some = await statuses('http-error:503@0.3', 1);
    const failed = some.filter((status) => status === 503).length;
    expect(failed).toBeGreaterThan(3);
    expect(failed).toBeLessThan(25);
    expect(await statuses('http-error:503@0.3', 1)).toEqual(some);
    expect(await statuses('http-error:503@0.3', 2)).not.toEqual(some);
  });

  it('come at a time, to some models or prompts, or to the first requests only', async () => {
    const own = await startEngine({
      port: 0,
      firstTokenMs: 0,
      fault: [
        'http-error:501@prompt=poison',
        'http-error:502@model=^sim-fault-comments$',
        'http-error:503@first=2',
        'http-error:504@from=1000',
      ],
    });
    const status = async (prompt: string, model = 'metron-sim') => {
      const body = JSON.stringify({ model, prompt, max_tokens: 1 });
      const response = await fetch(`${own.url}/completions`, { method: 'POST', body });
      await response.text();
      return response.status;
    };
    expect([await status('a'), await status('b'), await status('c')]).toEqual([503, 503, 200]);
    expect(await status('a poisoned one')).toBe(501);
    expect(await status('d', 'sim-fault-comments')).toBe(502);
    await own.close();
  });

  it('can be changed while the engine runs', async () => {
    const own = await startEngine({ port: 0, firstTokenMs: 0, gapMs: 0, fault: ['http-error:503'] });
    const rules = `${own.url.replace('/v1', '')}/sim/faults`;
    const put = async (faults: unknown) => fetch(rules, { method: 'POST', body: JSON.stringify({ faults }) });
    const status = async () => (await ask(own, { tokens: 1 })).truth.status;
    expect(await (await fetch(rules)).json()).toEqual({ faults: ['http-error:503'] });
    expect(await status()).toBe(503);
    const wrong = await put(['http-eror']);
    expect([wrong.status, await wrong.text()]).toEqual([400, expect.stringContaining('http-error')]);
    expect(await status()).toBe(503);
    expect(await (await put(['comments@every=2', 'accept-then-close@first=1'])).json()).toEqual({
      faults: ['comments@every=2', 'accept-then-close@first=1'],
    });
    expect(await status()).toBe(200);
    expect((await put([])).status).toBe(200);
    await own.close();
  });

  it('in rules are checked when the engine starts', async () => {
    for (const rule of [
      'nothing@0.1',
      'stall@2',
      'stall@often',
      'stall:x@0.1',
      'stall@first=0',
      'stall@model=(',
      'stall@by=2',
      'stall@',
    ]) {
      await expect(startEngine({ port: 0, fault: [rule] })).rejects.toThrow();
    }
  });
});
