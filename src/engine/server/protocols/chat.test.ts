import type OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import {
  events,
  messages,
  pace,
  post,
  promptTokens,
  sdk,
  serve,
  start,
  trace,
  until,
} from '../../../../test/engine/served.ts';
import { encodeText } from '../prompt-tokens.ts';

describe('chat completions', () => {
  it('stream to the official SDK, with usage', async () => {
    const engine = await start();
    const stream = await sdk(engine).chat.completions.create({
      model: 'metron-sim',
      messages,
      max_completion_tokens: 1000,
      stream: true,
      stream_options: { include_usage: true },
      ...{ ignore_eos: true },
    });
    let text = '';
    const reasons: string[] = [];
    let usage: OpenAI.CompletionUsage | null | undefined;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? '';
      if (chunk.choices[0]?.finish_reason) reasons.push(chunk.choices[0].finish_reason);
      usage = chunk.usage ?? usage;
    }
    expect(encodeText(text)).toHaveLength(1000);
    expect(reasons).toEqual(['length']);
    expect(usage).toEqual({
      prompt_tokens: promptTokens,
      completion_tokens: 1000,
      total_tokens: promptTokens + 1000,
    });
  });

  it('have the shape of vLLM: role, contents, finish, usage, [DONE]', async () => {
    const engine = await start();
    const response = await post(
      engine,
      '/v1/chat/completions',
      {
        model: 'metron-sim',
        messages,
        max_tokens: 3,
        ignore_eos: true,
        stream: true,
        stream_options: { include_usage: true },
      },
      { 'x-request-id': 'req-7' },
    );
    expect(response.headers.get('x-request-id')).toBe('req-7');
    expect(response.headers.get('content-type')).toMatch('text/event-stream');
    const all = events(await response.text());
    expect(all.at(-1)).toBe('[DONE]');
    const chunks = all.slice(0, -1).map((data) => JSON.parse(data));
    for (const chunk of chunks) {
      expect(chunk).toMatchObject({ id: 'chatcmpl-req-7', object: 'chat.completion.chunk', model: 'metron-sim' });
    }
    expect(chunks[0].choices[0].delta).toEqual({ role: 'assistant', content: '' });
    expect(chunks.slice(1, 4).map(({ choices }) => Object.keys(choices[0].delta))).toEqual(Array(3).fill(['content']));
    expect(chunks[4].choices[0]).toMatchObject({ delta: {}, finish_reason: 'length' });
    expect(chunks[5]).toMatchObject({ choices: [], usage: { prompt_tokens: promptTokens, completion_tokens: 3 } });
    expect(chunks).toHaveLength(6);
  });

  it('report usage on every event when asked, and token ids', async () => {
    const engine = await start();
    const response = await post(engine, '/v1/chat/completions', {
      model: 'metron-sim',
      messages,
      max_tokens: 5,
      ignore_eos: true,
      stream: true,
      stream_options: { include_usage: true, continuous_usage_stats: true },
      return_token_ids: true,
    });
    const chunks = events(await response.text())
      .slice(0, -1)
      .map((data) => JSON.parse(data));
    expect(chunks.map(({ usage }) => usage.completion_tokens)).toEqual([0, 1, 2, 3, 4, 5, 5, 5]);
    const withTokens = chunks.slice(1, 6).map(({ choices }) => choices[0]);
    for (const { delta, token_ids } of withTokens) expect(encodeText(delta.content)).toEqual(token_ids);
  });

  it('come whole without stream, with usage', async () => {
    const engine = await start();
    const answer = await sdk(engine).chat.completions.create({ model: 'metron-sim', messages, max_tokens: 12 });
    expect(encodeText(answer.choices[0]?.message.content ?? '')).toHaveLength(answer.usage!.completion_tokens);
    expect(answer.usage).toMatchObject({ prompt_tokens: promptTokens });
  });

  it('end by themselves at a length of their own, never under min_tokens', async () => {
    const engine = await start({ answerTokens: 20, answerSpread: 0.5 });
    const ask = (extra: object) =>
      sdk(engine).chat.completions.create({ model: 'metron-sim', messages, max_tokens: 500, ...extra });
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask({})));
    expect(new Set(answers.map(({ usage }) => usage?.completion_tokens)).size).toBeGreaterThan(3);
    expect(answers.map(({ choices }) => choices[0]?.finish_reason)).toEqual(Array(8).fill('stop'));
    const long = await ask({ min_tokens: 300 });
    expect(long.usage?.completion_tokens).toBe(300);
  });

  it('give as many choices as asked for, interleaved, with one usage and one end', async () => {
    const engine = await serve({ ...pace, seed: 3 });
    const asked = { model: 'metron-sim', messages, max_tokens: 6, ignore_eos: true, n: 3 };
    const stream = { ...asked, stream: true, stream_options: { include_usage: true } };
    const all = events(await (await post(engine, '/v1/chat/completions', stream)).text());
    expect(all.filter((data) => data === '[DONE]')).toHaveLength(1);
    expect(all.at(-1)).toBe('[DONE]');
    const chunks = all.slice(0, -1).map((data) => JSON.parse(data));
    expect(chunks.at(-1)).toMatchObject({
      choices: [],
      usage: { prompt_tokens: promptTokens, completion_tokens: 18, total_tokens: promptTokens + 18 },
    });
    const texts = ['', '', ''];
    for (const { choices } of chunks) for (const { index, delta } of choices) texts[index] += delta.content ?? '';
    for (const text of texts) expect(encodeText(text)).toHaveLength(6);
    expect(new Set(texts).size).toBe(3);
    expect(chunks.filter(({ choices }) => choices[0]?.finish_reason === 'length')).toHaveLength(3);
    expect(engine.stats().generationTokens).toBe(18);
    const whole = await sdk(engine).chat.completions.create({ ...asked, seed: 9 });
    expect(whole.choices.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(whole.usage?.completion_tokens).toBe(18);
    const again = await sdk(engine).chat.completions.create({ ...asked, seed: 9 });
    expect(again.choices).toEqual(whole.choices);
    await until(async () => (await trace(engine)).length === 3);
    expect((await trace(engine))[0]).toMatchObject({ asked_tokens: 18, output_tokens: 18 });
  });
});
