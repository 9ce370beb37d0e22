import type OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { post, sdk, start } from '../../../../test/engine/served.ts';
import { encodeText } from '../prompt-tokens.ts';

describe('completions', () => {
  it('stream to the official SDK', async () => {
    const engine = await start();
    const stream = await sdk(engine).completions.create({
      model: 'metron-sim',
      prompt: 'Where do the boats go?',
      max_tokens: 30,
      stream: true,
      stream_options: { include_usage: true },
      ...{ ignore_eos: true },
    });
    let text = '';
    let usage: OpenAI.CompletionUsage | null | undefined;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.text ?? '';
      usage = chunk.usage ?? usage;
    }
    expect(encodeText(text)).toHaveLength(30);
    expect(usage).toMatchObject({ prompt_tokens: 6, completion_tokens: 30 });
  });

  it('take token ids, and one prompt a request', async () => {
    const engine = await start();
    const ask = async (prompt: unknown) =>
      (await post(engine, '/v1/completions', { model: 'metron-sim', prompt, max_tokens: 2 })).json();
    expect(await ask([5, 6, 7])).toMatchObject({ usage: { prompt_tokens: 3, completion_tokens: 2 } });
    expect(await ask([[5, 6]])).toMatchObject({ usage: { prompt_tokens: 2 } });
    expect(await ask(['one prompt'])).toMatchObject({ usage: { prompt_tokens: 2 } });
    expect(await ask(['one', 'two'])).toMatchObject({ error: { code: 400, param: 'prompt' } });
  });
});
