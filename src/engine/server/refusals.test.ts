import { describe, expect, it } from 'vitest';
import { messages, pace, post, root, serve, start, trace, until } from '../../../test/engine/served.ts';
import { startEngine } from './start-engine.ts';

describe('refusals', () => {
  const chat = { model: 'metron-sim', messages };
  const cases: [string, unknown, number, object][] = [
    ['broken JSON', '{"model":', 400, { type: 'BadRequestError' }],
    ['no messages', { model: 'metron-sim' }, 400, { param: 'messages' }],
    ['an unknown model', { ...chat, model: 'gpt-x' }, 404, { type: 'NotFoundError', param: 'model' }],
    ['too many answers', { ...chat, n: 1000 }, 400, { param: 'n' }],
    ['max_tokens of 0', { ...chat, max_tokens: 0 }, 400, { param: 'max_tokens' }],
    ['min over max', { ...chat, min_tokens: 9, max_tokens: 5 }, 400, { param: 'min_tokens' }],
    ['more than the context', { ...chat, max_tokens: 90 }, 400, { param: 'max_tokens' }],
    [
      'a prompt over the context',
      { ...chat, messages: [{ role: 'user', content: 'word '.repeat(200) }] },
      400,
      { param: 'messages' },
    ],
    ['max_tokens that are no number', { ...chat, max_tokens: 'x' }, 400, { param: 'max_tokens' }],
    ['stream_options without stream', { ...chat, stream_options: { include_usage: true } }, 400, {}],
  ];
  it.each(cases)('of %s', async (_name, body, status, error) => {
    const engine = await start({ contextTokens: 100 });
    const response = await post(engine, '/v1/chat/completions', body);
    expect(response.status).toBe(status);
    const answer = (await response.json()) as { error: { message: string } };
    expect(answer).toMatchObject({ error: { code: status, ...error } });
    expect(answer.error.message.length).toBeGreaterThan(10);
    await until(async () => (await trace(engine)).length === 1);
    expect(await trace(engine)).toMatchObject([{ end: 'refused', status, output_tokens: 0 }]);
  });

  it('of a completion over the context names the prompt', async () => {
    const engine = await start({ contextTokens: 100 });
    const response = await post(engine, '/v1/completions', { model: 'metron-sim', prompt: 'word '.repeat(200) });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { param: 'prompt' } });
  });

  it('of unknown paths and wrong methods', async () => {
    const engine = await start();
    expect((await fetch(`${engine.url}/nothing`)).status).toBe(404);
    expect((await fetch(`${engine.url}/chat/completions`)).status).toBe(405);
  });

  it('of what the core cannot take, before a stream is opened', async () => {
    const engine = await serve(pace, {
      submit: () => {},
      cancel: () => {},
      nextAt: () => undefined,
      advance: (at, emit) => emit({ kind: 'rejected', id: 0, at, reason: 'no room for this prompt' }),
      stats: () => ({ waiting: 0, running: 0, preemptions: 0, kvUsed: 0, kvTotal: 0 }),
    });
    const response = await post(engine, '/v1/chat/completions', { ...chat, stream: true });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { message: 'no room for this prompt' } });
  });

  it('of requests without the key, where one is asked for', async () => {
    process.env.METRON_TEST_ENGINE_KEY = 'open-sesame';
    const engine = await start({ apiKeyEnv: 'METRON_TEST_ENGINE_KEY' });
    delete process.env.METRON_TEST_ENGINE_KEY;
    const status = async (authorization?: string) =>
      (await fetch(`${engine.url}/models`, authorization ? { headers: { authorization } } : {})).status;
    expect([await status(), await status('Bearer wrong'), await status('Bearer open-sesame')]).toEqual([401, 401, 200]);
    expect((await fetch(`${root(engine)}/health`)).status).toBe(200);
    await expect(startEngine({ ...pace, apiKeyEnv: 'METRON_TEST_NO_KEY' })).rejects.toThrow(/METRON_TEST_NO_KEY/);
  });

  it('of a port in use, in a sentence', async () => {
    const engine = await start();
    await expect(startEngine({ ...pace, port: engine.port })).rejects.toThrow(`port ${engine.port} is in use`);
  });
});
