import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { messages, post, promptTokens, root, sdk, serve, start } from '../../../test/engine/served.ts';
import { encodeText } from './prompt-tokens.ts';

describe('the other endpoints', () => {
  it('name the model and its context', async () => {
    const engine = await start({ model: 'tiny', contextTokens: 4096 });
    expect(await (await fetch(`${engine.url}/models`)).json()).toMatchObject({
      object: 'list',
      data: [{ id: 'tiny', object: 'model', max_model_len: 4096 }],
    });
    expect(await (await fetch(`${root(engine)}/version`)).json()).toMatchObject({
      version: expect.stringMatching(/^\d/),
    });
  });

  it('tokenize and back', async () => {
    const engine = await start();
    const text = 'Small boats, 日本 and 😀.';
    const answer = (await (await post(engine, '/tokenize', { prompt: text })).json()) as {
      count: number;
      tokens: number[];
    };
    expect(answer.count).toBe(encodeText(text).length);
    expect(await (await post(engine, '/detokenize', { tokens: answer.tokens })).json()).toEqual({ prompt: text });
    const told = await (await post(engine, '/tokenize', { prompt: 'small boats', return_token_strs: true })).json();
    expect(told).toMatchObject({ count: 2, token_strs: ['small', ' boats'] });
    expect(await (await post(engine, '/tokenize', { messages })).json()).toMatchObject({ count: promptTokens });
  });

  it('take names of adapters, and serve the model under them', async () => {
    const engine = await start();
    const adapter = { lora_name: 'poet', lora_path: '/adapters/poet' };
    const ask = async () =>
      (await post(engine, '/v1/completions', { model: 'poet', prompt: 'hi', max_tokens: 2 })).status;
    expect(await ask()).toBe(404);
    expect((await post(engine, '/v1/load_lora_adapter', adapter)).status).toBe(200);
    expect((await post(engine, '/v1/load_lora_adapter', adapter)).status).toBe(400);
    expect(await ask()).toBe(200);
    expect((await sdk(engine).models.list()).data).toMatchObject([
      { id: 'metron-sim', parent: null },
      { id: 'poet', root: '/adapters/poet', parent: 'metron-sim' },
    ]);
    expect((await post(engine, '/v1/unload_lora_adapter', { lora_name: 'poet' })).status).toBe(200);
    expect((await post(engine, '/v1/unload_lora_adapter', { lora_name: 'poet' })).status).toBe(404);
    expect(await ask()).toBe(404);
  });

  it('name everything that dashboards of vLLM ask for', async () => {
    const engine = await serve({ port: 0, gpu: 'h100', drafts: 2 });
    const text = await (await fetch(`${root(engine)}/metrics`)).text();
    const gauges = ['num_requests_running', 'num_requests_waiting', 'kv_cache_usage_perc', 'gpu_cache_usage_perc'];
    const infos = ['cache_config_info', 'lora_requests_info'];
    const counters = [
      ...['prefix_cache_queries', 'prefix_cache_hits', 'gpu_prefix_cache_queries', 'gpu_prefix_cache_hits'],
      ...['num_preemptions', 'prompt_tokens', 'generation_tokens', 'request_success'],
      ...['spec_decode_num_drafts', 'spec_decode_num_draft_tokens', 'spec_decode_num_accepted_tokens'],
    ].map((name) => `${name}_total`);
    const histograms = [
      ...['time_to_first_token_seconds', 'inter_token_latency_seconds', 'time_per_output_token_seconds'],
      ...['request_time_per_output_token_seconds', 'e2e_request_latency_seconds', 'request_queue_time_seconds'],
      ...['request_inference_time_seconds', 'request_prefill_time_seconds', 'request_decode_time_seconds'],
      ...['iteration_tokens_total', 'request_prompt_tokens', 'request_generation_tokens'],
      ...['request_max_num_generation_tokens', 'request_params_n', 'request_params_max_tokens'],
    ];
    const types = [
      ...[...gauges, ...infos].map((name) => [name, 'gauge']),
      ...counters.map((name) => [name, 'counter']),
      ...histograms.map((name) => [name, 'histogram']),
    ];
    for (const [name, type] of types) expect(text).toContain(`# TYPE vllm:${name} ${type}\n`);
  });

  it('count in the names of vLLM', async () => {
    const engine = await start();
    await sdk(engine).chat.completions.create({
      model: 'metron-sim',
      messages,
      max_tokens: 7,
      ...{ ignore_eos: true },
    });
    const text = await (await fetch(`${root(engine)}/metrics`)).text();
    const labels = '{model_name="metron-sim",engine="0"';
    expect(text).toContain(`vllm:generation_tokens_total${labels}} 7\n`);
    expect(text).toContain(`vllm:prompt_tokens_total${labels}} ${promptTokens}\n`);
    expect(text).toContain(`vllm:request_success_total${labels},finished_reason="length"} 1\n`);
    expect(text).toContain(`vllm:time_to_first_token_seconds_count${labels}} 1\n`);
    expect(text).toContain(`vllm:num_requests_running${labels}} 0\n`);
    expect(text).toMatch(/^# TYPE sim_write_lateness_seconds histogram$/m);
    expect(/^sim_core_wait_seconds_total\{/m.test(text)).toBe(existsSync('/proc/thread-self/schedstat'));
    for (const line of text.trimEnd().split('\n')) {
      expect(line).toMatch(
        /^(# (HELP|TYPE) [a-z0-9_:]+ .+|[a-z0-9_:]+\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\} [0-9.e+-]+)$/,
      );
    }
  });
});
