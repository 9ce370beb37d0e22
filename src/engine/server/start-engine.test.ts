import { describe, expect, it } from 'vitest';
import { events, messages, post, sdk, start, trace, until } from '../../../test/engine/served.ts';
import { encodeText } from './prompt-tokens.ts';

describe('load', () => {
  it('beyond the slots waits in line', async () => {
    const engine = await start({ slots: 2, firstTokenMs: 30, gapMs: 2 });
    const client = sdk(engine);
    const ask = () =>
      client.chat.completions.create({ model: 'metron-sim', messages, max_tokens: 10, ...{ ignore_eos: true } });
    const all = Array.from({ length: 6 }, ask);
    await until(() => engine.stats().running === 2 && engine.stats().waiting > 0);
    await Promise.all(all);
    await until(async () => (await trace(engine)).length === 6);
    const records = await trace(engine);
    const overlapping = records.map(
      (one) =>
        records.filter(
          (other) =>
            other.chunks.at_ns[0]! <= one.chunks.at_ns[0]! && other.chunks.at_ns.at(-1)! > one.chunks.at_ns[0]!,
        ).length,
    );
    expect(Math.max(...overlapping)).toBeLessThanOrEqual(2);
    expect(engine.stats()).toMatchObject({ running: 0, waiting: 0, requests: 6, generationTokens: 60 });
  });

  it('that the client gives up frees its slot', async () => {
    const engine = await start({ slots: 1, gapMs: 10 });
    const abort = new AbortController();
    const stream = await sdk(engine).chat.completions.create(
      { model: 'metron-sim', messages, max_tokens: 10_000, stream: true, ...{ ignore_eos: true } },
      { signal: abort.signal, headers: { 'x-request-id': 'given-up' } },
    );
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
    abort.abort();
    await until(() => engine.stats().running === 0);
    await until(async () => (await trace(engine, 'given-up')).length === 1);
    expect(await trace(engine, 'given-up')).toMatchObject([{ end: 'client-closed', asked_tokens: 10_000 }]);
    const next = await sdk(engine).chat.completions.create({ model: 'metron-sim', messages, max_tokens: 2 });
    expect(next.usage?.completion_tokens).toBe(2);
  });

  it('of many streams at once comes through whole', async () => {
    const engine = await start({ slots: 1000, gapMs: 3, inStep: true });
    const answers = await Promise.all(
      Array.from({ length: 100 }, async () => {
        const response = await post(engine, '/v1/completions', {
          model: 'metron-sim',
          prompt: 'hello',
          max_tokens: 25,
          ignore_eos: true,
          stream: true,
        });
        return events(await response.text()).slice(0, -2);
      }),
    );
    for (const answer of answers) {
      const text = answer.map((data) => JSON.parse(data).choices[0].text).join('');
      expect(encodeText(text)).toHaveLength(25);
    }
  });
});
