import { describe, expect, it } from 'vitest';
import { messages, post, promptTokens, root, sdk, start } from '../../../test/engine/served.ts';
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
    expect(await (await post(engine, '/tokenize', { messages })).json()).toMatchObject({ count: promptTokens });
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
    for (const line of text.trimEnd().split('\n')) {
      expect(line).toMatch(
        /^(# (HELP|TYPE) [a-z0-9_:]+ .+|[a-z0-9_:]+\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\} [0-9.e+-]+)$/,
      );
    }
  });
});
