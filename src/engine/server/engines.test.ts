import { describe, expect, it } from 'vitest';
import { post, sdk, serve, trace, until } from '../../../test/engine/served.ts';

describe('the simulated engine', () => {
  it.each([false, true])('sends bursts of speculation in an event each, or split: %s', async (splitBursts) => {
    const engine = await serve({ port: 0, gpu: 'h100', drafts: 3, acceptance: 1, splitBursts });
    const asked = { model: 'llama3-8b', prompt: 'hi', max_tokens: 9, ignore_eos: true, stream: true };
    await (await post(engine, '/v1/completions', asked)).text();
    await until(async () => (await trace(engine)).length === 1);
    const [record] = await trace(engine);
    expect(record?.chunks.tokens).toEqual(splitBursts ? Array(9).fill(1) : [1, 4, 4]);
    expect(new Set(record?.chunks.due_ns).size).toBe(3);
  });

  it('is served under its model’s name with its context and prefix cache', async () => {
    const engine = await serve({ port: 0, gpu: 'h100', ingressMs: 0, egressMs: 0 });
    const client = sdk(engine);
    const [model] = (await client.models.list()).data;
    expect(model).toMatchObject({ id: 'llama3-8b', max_model_len: 8192 });
    const ask = () =>
      client.chat.completions.create({
        model: 'llama3-8b',
        messages: [{ role: 'user', content: 'The quiet river carries small boats. '.repeat(20) }],
        max_tokens: 8,
        ...{ ignore_eos: true },
      });
    const first = await ask();
    const second = await ask();
    expect(first.usage).toMatchObject({ completion_tokens: 8 });
    expect(first.usage?.prompt_tokens_details?.cached_tokens ?? 0).toBe(0);
    expect(second.usage?.prompt_tokens_details?.cached_tokens).toBeGreaterThanOrEqual(128);
    const tooLong = await post(engine, '/v1/completions', { model: 'llama3-8b', prompt: 'x', max_tokens: 9000 });
    expect(tooLong.status).toBe(400);
  });
});
