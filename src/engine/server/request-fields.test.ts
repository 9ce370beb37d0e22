import { afterEach, describe, expect, it } from 'vitest';
import { type RunningEngine, startEngine } from './start-engine.ts';

const running: RunningEngine[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((engine) => engine.close()));
});

describe('fields of a request', () => {
  const post = async (engine: RunningEngine, body: object, path = '/chat/completions') => {
    const response = await fetch(engine.url + path, {
      method: 'POST',
      body: JSON.stringify({ model: 'metron-sim', messages: [{ role: 'user', content: 'x' }], ...body }),
    });
    return { status: response.status, text: await response.text() };
  };
  interface Answered {
    readonly choices: readonly {
      readonly message: { readonly content: string | null; readonly tool_calls?: readonly object[] };
      readonly finish_reason: string;
      readonly stop_reason: string | null;
      readonly logprobs: { readonly content: readonly { readonly top_logprobs: readonly object[] }[] } | null;
    }[];
    readonly usage: { readonly completion_tokens: number };
  }
  const fast = { port: 0, firstTokenMs: 0, perPromptTokenMs: 0, gapMs: 0, stallProbability: 0 };

  it('stop ends the answer before the text, and counts the tokens that were made', async () => {
    const engine = await startEngine(fast);
    running.push(engine);
    const asked = { max_tokens: 40, ignore_eos: true, seed: 11 };
    const free = JSON.parse((await post(engine, asked)).text) as Answered;
    const content = free.choices[0]!.message.content!;
    const stop = content.slice(content.indexOf('.') - 2, content.indexOf('.') + 1);
    const cut = JSON.parse((await post(engine, { ...asked, stop: ['never in it', stop] })).text) as Answered;
    expect(cut.choices[0]).toMatchObject({ finish_reason: 'stop', stop_reason: stop });
    expect(cut.choices[0]!.message.content).toBe(content.slice(0, content.indexOf(stop)));
    expect(cut.usage.completion_tokens).toBeGreaterThan(2);
    expect(cut.usage.completion_tokens).toBeLessThan(40);
    const streamed = await post(engine, { ...asked, stop, stream: true });
    expect(streamed.text).toContain(`"finish_reason":"stop","stop_reason":${JSON.stringify(stop)}`);
    // The same seed: the same answer, whatever was asked before.
    expect(JSON.parse((await post(engine, asked)).text)).toMatchObject({ choices: [{ message: { content } }] });
    const other = JSON.parse((await post(engine, { ...asked, seed: 12 })).text) as Answered;
    expect(other.choices[0]!.message.content).not.toBe(content);
  });

  it('logprobs come in the shape of the API', async () => {
    const engine = await startEngine(fast);
    running.push(engine);
    const asked = { max_tokens: 5, ignore_eos: true };
    const chat = JSON.parse((await post(engine, { ...asked, logprobs: true, top_logprobs: 3 })).text) as Answered;
    const content = chat.choices[0]!.logprobs!.content;
    expect(content).toHaveLength(5);
    expect(content[0]).toMatchObject({
      token: expect.any(String),
      logprob: expect.any(Number),
      bytes: expect.any(Array),
    });
    expect(content[0]!.top_logprobs).toHaveLength(3);
    const streamed = await post(engine, { ...asked, prompt: 'x', logprobs: 2, stream: true }, '/completions');
    const offsets = [...streamed.text.matchAll(/"text_offset":\[(\d+)\]/g)].map(([, offset]) => Number(offset));
    expect(offsets).toHaveLength(5);
    expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
    expect((await post(engine, asked)).text).toContain('"logprobs":null');
  });

  it('tools are accepted, called where the choice demands it', async () => {
    const engine = await startEngine(fast);
    running.push(engine);
    const tools = [{ type: 'function', function: { name: 'answer', parameters: {} } }];
    const asked = { max_tokens: 6, ignore_eos: true };
    const free = JSON.parse((await post(engine, { ...asked, tools })).text) as Answered;
    expect(free.choices[0]!.message.content).toBeTruthy();
    const forced = JSON.parse((await post(engine, { ...asked, tools, tool_choice: 'required' })).text) as Answered;
    expect(forced.choices[0]!.message).toMatchObject({ content: null, tool_calls: [{ type: 'function' }] });
    expect((await post(engine, { ...asked, tool_choice: 'required' })).status).toBe(400);
  });

  it('cache_salt keeps prefixes apart, and the cache can be reset', async () => {
    const engine = await startEngine({ port: 0, gpu: 'h100', ingressMs: 0 });
    running.push(engine);
    const content = 'boats and rivers '.repeat(60);
    const cached = async (extra: object) => {
      const body = { model: 'llama3-8b', max_tokens: 1, messages: [{ role: 'user', content }], ...extra };
      const { usage } = JSON.parse((await post(engine, body)).text) as {
        usage: { prompt_tokens_details?: { cached_tokens: number } };
      };
      return usage.prompt_tokens_details?.cached_tokens ?? 0;
    };
    expect(await cached({ cache_salt: 'a' })).toBe(0);
    expect(await cached({ cache_salt: 'a' })).toBeGreaterThan(100);
    expect(await cached({ cache_salt: 'b' })).toBe(0);
    expect(await cached({})).toBe(0);
    await fetch(`${engine.url.replace('/v1', '')}/reset_prefix_cache`, { method: 'POST' });
    expect(await cached({ cache_salt: 'a' })).toBe(0);
    const metrics = await (await fetch(`${engine.url.replace('/v1', '')}/metrics`)).text();
    expect(metrics).toMatch(/vllm:cache_config_info\{.*block_size="16".*enable_prefix_caching="True"\} 1/);
    const counts = (name: string) => Number(new RegExp(`^${name}_count\\{[^}]*\\} (\\d+)$`, 'm').exec(metrics)![1]);
    for (const phase of ['queue', 'prefill', 'decode', 'inference']) {
      expect(counts(`vllm:request_${phase}_time_seconds`), phase).toBe(5);
    }
    expect(counts('vllm:iteration_tokens_total')).toBeGreaterThanOrEqual(5);
    expect(Number(/^vllm:prefix_cache_hits_total\{[^}]*\} (\d+)$/m.exec(metrics)![1])).toBeGreaterThan(100);
  });
});
