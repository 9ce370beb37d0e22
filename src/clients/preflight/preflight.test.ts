import { createSecureServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { makeCertificate } from '../../../test/clients/certificate.ts';
import {
  type Api,
  at,
  closeAll,
  closing,
  delta,
  event,
  serve,
  status,
  streaming,
} from '../../../test/clients/completions-api.ts';
import { rawServer } from '../../../test/clients/raw-server.ts';
import { protocols } from '../protocols/index.ts';
import type { TransportTarget } from '../transport/transport.ts';
import { tellsTokensOfChunks } from './observe.ts';
import { preflight } from './preflight.ts';

vi.setConfig({ testTimeout: 30_000 });
afterEach(closeAll);

const chat = protocols.get('openai-chat');

const ask = (target: TransportTarget, extra: object = {}) => preflight(target, chat, { model: 'small', ...extra });

describe('preflight', () => {
  it('finds out what the server does', async () => {
    const { target, bodies } = await serve(streaming());
    expect(await ask(target)).toMatchObject({
      streaming: true,
      usage: true,
      continuousUsage: false,
      tokens: 16,
      chunks: 16,
      tokensPerChunk: 1,
      lengthHonoured: true,
      forceLength: ['max_tokens', 'min_tokens', 'ignore_eos'],
      server: 'test/1',
      models: ['small', 'large'],
      finishReason: 'length',
      warnings: [],
    });
    expect(bodies).toHaveLength(1);
  });

  it('measures the first token and the whole', async () => {
    const { target } = await serve(streaming());
    const { timeToFirstToken_ns: first = 0, duration_ns } = await ask(target);
    expect(first).toBeGreaterThan(0);
    expect(duration_ns).toBeGreaterThan(first);
  });

  it('sees usage on every chunk, and several tokens a chunk', async () => {
    const { target } = await serve(streaming(16, (n) => ({ usage: { completion_tokens: n } })));
    expect(await ask(target)).toMatchObject({ continuousUsage: true });
    const fewer = await serve(async (_, response) => {
      for (let n = 0; n < 4; n++) {
        response.write(delta('abcd'));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      response.end(`${event({ choices: [], usage: { completion_tokens: 16 } })}data: [DONE]\n\n`);
    });
    expect(await ask(fewer.target)).toMatchObject({ tokensPerChunk: 4 });
  });

  it('sees whether chunks tell their tokens: usage on each, or as many tokens as chunks', async () => {
    const tellsOf = async (api: Api): Promise<boolean> => tellsTokensOfChunks(await ask((await serve(api)).target));
    const answer = (chunks: number, usage?: object): string =>
      `${delta('a').repeat(chunks)}${usage ? event({ choices: [], usage }) : ''}data: [DONE]\n\n`;
    expect(await tellsOf(streaming(8, (n) => ({ usage: { completion_tokens: 2 * n } })))).toBe(true);
    expect(await tellsOf((_, response) => void response.end(answer(8, { completion_tokens: 8 })))).toBe(true);
    expect(await tellsOf((_, response) => void response.end(answer(8, { completion_tokens: 9 })))).toBe(false);
    expect(await tellsOf((_, response) => void response.end(answer(8)))).toBe(false);
  });

  it('sends what the caller chose', async () => {
    const { target, bodies } = await serve(streaming(4));
    await ask(target, { forceLength: 'none', extra: { temperature: 0 }, maxTokens: 4, prompt: 'hi' });
    expect(bodies[0]).toEqual({
      model: 'small',
      messages: [{ role: 'user', content: 'hi' }],
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 4,
      temperature: 0,
    });
  });

  it('warns of an answer that is not streamed', async () => {
    const whole = {
      choices: [{ message: { content: 'one two' }, finish_reason: 'stop' }],
      usage: { completion_tokens: 16 },
    };
    const { target } = await serve(status(200, whole, { 'content-type': 'application/json' }));
    const { streaming: streamed, warnings } = await ask(target);
    expect(streamed).toBe(false);
    expect(warnings.join()).toMatch(/does not stream/);
  });

  it('warns of a stream that is released at once', async () => {
    const { target } = await serve(status(200, `${delta('a').repeat(16)}data: [DONE]\n\n`));
    expect((await ask(target)).warnings.join()).toMatch(/does not stream.*|no usage/);
    expect(await ask(target)).toMatchObject({ streaming: false, usage: false });
  });

  it('warns of lengths that are not kept, of a missing end, of a name that is not listed', async () => {
    const short = await serve(streaming(5));
    expect((await ask(short.target)).warnings).toEqual(['16 tokens were asked and 5 came: lengths are not forced']);
    expect((await ask(short.target, { model: 'other', maxTokens: 5 })).warnings.join()).toMatch(/not among its models/);
    const cut = await serve(status(200, delta('a', { usage: { completion_tokens: 16 } })));
    expect((await ask(cut.target)).warnings).toEqual(['the stream ended without [DONE] and without a finish reason']);
  });

  describe('leaves out what the server refuses', () => {
    const refuse =
      (fields: readonly string[], message: (field: string) => string): Api =>
      (body, response, request) => {
        const refused = fields.find((field) => field in body);
        if (refused) status(400, { error: { message: message(refused) } })(body, response, request);
        else streaming()(body, response, request);
      };

    it.each([
      ['by name', (field: string) => `Unrecognized request argument supplied: ${field}`],
      ['in general', () => '1 validation error: Extra inputs are not permitted'],
    ])('complaining %s', async (_, message) => {
      const { target } = await serve(refuse(['ignore_eos', 'min_tokens'], message));
      const { forceLength, warnings } = await ask(target);
      expect(forceLength).toEqual(['max_tokens']);
      expect(warnings.join()).toMatch(/refuses min_tokens, ignore_eos/);
    });

    it('and takes the other name of the bound', async () => {
      const hosted = "Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead.";
      const { target } = await serve(refuse(['max_tokens'], () => hosted));
      expect((await ask(target)).forceLength).toEqual(['max_completion_tokens', 'min_tokens', 'ignore_eos']);
    });

    it('and goes without stream_options', async () => {
      const { target, bodies } = await serve(refuse(['stream_options'], (field) => `extra_forbidden: body.${field}`));
      const { extra, forceLength } = await ask(target);
      expect(bodies.at(-1)).not.toHaveProperty('stream_options');
      expect(JSON.stringify(chat.body({ model: 'm', prompt: 'p', forceLength, extra }))).not.toContain(
        'stream_options',
      );
    });
  });

  it('can be called off', async () => {
    const server = await rawServer(() => {});
    closing.push(() => server.close());
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 20);
    await expect(preflight(at(server.port), chat, { model: 'small' }, { signal: stop.signal })).rejects.toThrow(
      /abort/i,
    );
  });
});

describe('the version of HTTP', () => {
  const tls = makeCertificate();

  it('is 2 where a server has nothing else, unless another is asked for', async () => {
    const server = createHttp2Server(tls);
    server.on('stream', (stream, headers) => {
      if (headers[':path']?.endsWith('/models')) return stream.respond({ ':status': 404 }, { endStream: true });
      stream.respond({ ':status': 200, 'content-type': 'text/event-stream' });
      stream.end(`${delta('one')}${delta(' two')}data: [DONE]\n\n`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    closing.push(() => new Promise((resolve) => server.close(() => resolve())));
    const target = { ...at((server.address() as AddressInfo).port, 'https'), tls: { ca: tls.cert } };
    expect(await preflight(target, chat, { model: 'small' })).toMatchObject({ http: '2', chunks: 2 });
    await expect(preflight({ ...target, http: '1.1' }, chat, { model: 'small' })).rejects.toMatchObject({
      code: 'TARGET_TLS',
      message: expect.stringMatching(/does not speak HTTP\/1\.1$/),
    });
  });

  it('is 1.1 where a server has that, and told where 2 was asked for in vain', async () => {
    const { target } = await serve((_, response) => response.end(`${delta('one')}data: [DONE]\n\n`), tls);
    const trusting = { ...target, tls: { ca: tls.cert } };
    expect(await preflight(trusting, chat, { model: 'small' })).toMatchObject({ http: '1.1' });
    await expect(preflight({ ...trusting, http: '2' }, chat, { model: 'small' })).rejects.toMatchObject({
      code: 'TARGET_TLS',
      message: expect.stringMatching(/does not speak HTTP\/2$/),
    });
  });
});
