import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createSecureServer as createHttp2Server } from 'node:http2';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { makeCertificate } from '../../../test/clients/certificate.ts';
import { startProxy } from '../../../test/clients/proxy.ts';
import { rawServer } from '../../../test/clients/raw-server.ts';
import { exitCodes, MetronError } from '../../core/errors.ts';
import { milliseconds, seconds } from '../../core/units.ts';
import { protocols } from '../protocols/index.ts';
import type { TransportTarget } from '../transport/transport.ts';
import { preflight } from './preflight.ts';
import { waitReady } from './wait-ready.ts';

vi.setConfig({ testTimeout: 30_000 });

const chat = protocols.get('openai-chat');
const key = 'sk-very-secret-key';
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

type Body = Record<string, unknown>;
type Api = (body: Body, response: ServerResponse, request: IncomingMessage) => void;

async function serve(
  api: Api,
  tls?: { key: string; cert: string },
): Promise<{ target: TransportTarget; bodies: Body[] }> {
  const bodies: Body[] = [];
  const listener = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let text = '';
    for await (const part of request) text += part;
    if (request.url?.endsWith('/models')) {
      response.end(JSON.stringify({ object: 'list', data: [{ id: 'small' }, { id: 'large' }] }));
      return;
    }
    const body = JSON.parse(text) as Body;
    bodies.push(body);
    api(body, response, request);
  };
  const server: Server = tls ? createSecureServer(tls, listener) : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { target: at(port, tls ? 'https' : 'http'), bodies };
}

const at = (port: number, scheme = 'http', path = '/v1/chat/completions'): TransportTarget => ({
  url: new URL(`${scheme}://127.0.0.1:${port}${path}`),
  headers: { authorization: `Bearer ${key}` },
});

const event = (json: unknown): string => `data: ${JSON.stringify(json)}\n\n`;
const delta = (content: string, more: object = {}): string => event({ choices: [{ delta: { content } }], ...more });

/** Streams `tokens` tokens, one an event, with usage at the end. */
const streaming =
  (tokens = 16, perChunk: (n: number) => object = () => ({})): Api =>
  async (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', server: 'test/1' });
    for (let n = 1; n <= tokens; n++) {
      response.write(delta(`t${n} `, perChunk(n)));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    response.write(event({ choices: [{ delta: {}, finish_reason: 'length' }] }));
    response.end(`${event({ choices: [], usage: { completion_tokens: tokens } })}data: [DONE]\n\n`);
  };

const status =
  (code: number, body: unknown, headers: Record<string, string> = {}): Api =>
  (_, response) => {
    response.writeHead(code, headers);
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };

async function failure(target: TransportTarget, model = 'small', timeout = seconds(30)): Promise<MetronError> {
  const found = await preflight(target, chat, { model }, { timeout }).catch((error: unknown) => error);
  expect(found).toBeInstanceOf(MetronError);
  const error = found as MetronError;
  expect(`${error.message} ${error.hint}`).not.toContain(key);
  expect(error.message).not.toContain('\n');
  expect(error.hint).toBeTruthy();
  return error;
}

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

    it('but does not ask for ever', async () => {
      const both = 'max_tokens and max_completion_tokens are both wrong';
      const { target, bodies } = await serve(status(400, { message: both }));
      expect(await failure(target)).toMatchObject({ code: 'REFUSED' });
      expect(bodies.length).toBeLessThanOrEqual(6);
    });
  });

  it.each([
    ['a wrong key', 401, { error: { message: `Incorrect API key: ${key}` } }, 'UNAUTHORIZED', exitCodes.badInput],
    ['a forbidden key', 403, 'no', 'UNAUTHORIZED', exitCodes.badInput],
    ['a wrong path', 404, { detail: 'Not Found' }, 'WRONG_PATH', exitCodes.badInput],
    ['a wrong method', 405, '', 'WRONG_PATH', exitCodes.badInput],
    [
      'a model nobody knows',
      404,
      { error: { message: 'The model `small` does not exist.' } },
      'UNKNOWN_MODEL',
      exitCodes.badInput,
    ],
    ['a bad model', 400, { error: { code: 'model_not_found' } }, 'UNKNOWN_MODEL', exitCodes.badInput],
    ['another refusal', 400, { message: 'messages: too long' }, 'REFUSED', exitCodes.badInput],
    ['too large a body', 413, '<html>nginx</html>', 'REFUSED', exitCodes.badInput],
    ['a redirect', 307, '', 'REDIRECTED', exitCodes.badInput],
    ['throttling', 429, { error: 'slow down' }, 'THROTTLED', exitCodes.targetFailed],
    ['a broken server', 500, 'Traceback', 'TARGET_FAILED', exitCodes.targetFailed],
    ['a loading server', 503, { error: { message: 'Loading model' } }, 'TARGET_FAILED', exitCodes.targetFailed],
  ])('explains %s (%i)', async (_, code, body, name, exitCode) => {
    const { target } = await serve(status(code, body, { 'retry-after': '7', location: '/there' }));
    expect(await failure(target)).toMatchObject({ code: name, exitCode });
  });

  it('lists the models when the name is wrong', async () => {
    const { target } = await serve(status(404, { error: { message: 'The model `tiny` does not exist.' } }));
    expect(await failure(target, 'tiny')).toMatchObject({
      message: 'the server does not know the model "tiny"',
      hint: 'it has small, large',
    });
  });

  it('knows a wrong model by the list where the server only says 404', async () => {
    const { target } = await serve(status(404, 'not found'));
    expect(await failure(target, 'tiny')).toMatchObject({ code: 'UNKNOWN_MODEL' });
  });

  it('names the suffix that is missing', async () => {
    const { target } = await serve(status(404, ''));
    const bare = { ...target, url: new URL('/chat/completions', target.url) };
    expect((await failure(bare)).hint).toContain(`${target.url.origin}/v1`);
  });

  it.each([
    ['a web page', status(200, '<html></html>', { 'content-type': 'text/html' }), 'WRONG_PATH', exitCodes.badInput],
    [
      'something else',
      status(200, 'hello', { 'content-type': 'text/event-stream' }),
      'NO_TOKENS',
      exitCodes.targetFailed,
    ],
    ['broken events', status(200, 'data: {"a\n\n'), 'NOT_A_STREAM', exitCodes.targetFailed],
    ['a broken document', status(200, '{"a'), 'NOT_A_STREAM', exitCodes.targetFailed],
    [
      'an error inside',
      status(200, event({ error: { message: `boom ${key}` } })),
      'IN_BAND_ERROR',
      exitCodes.targetFailed,
    ],
    ['no token', status(200, 'data: [DONE]\n\n'), 'NO_TOKENS', exitCodes.targetFailed],
  ])('explains an answer with %s', async (_, api, code, exitCode) => {
    const { target } = await serve(api);
    expect(await failure(target)).toMatchObject({ code, exitCode });
  });

  it('explains a server that is not there', async () => {
    const server = await rawServer(() => {});
    await server.close();
    expect(await failure(at(server.port))).toMatchObject({
      code: 'TARGET_UNREACHABLE',
      exitCode: exitCodes.targetFailed,
    });
  });

  it('explains a host that is not known', async () => {
    const target = { ...at(1), url: new URL('http://no-such-host.invalid/v1/chat/completions') };
    expect(await failure(target)).toMatchObject({ code: 'TARGET_UNREACHABLE', exitCode: exitCodes.targetFailed });
  });

  it.each([
    ['never answers', () => {}, 'TARGET_SILENT'],
    ['hangs up', (socket: { destroy(): void }) => socket.destroy(), 'TARGET_CLOSED'],
    ['speaks something else', (socket: { write(text: string): void }) => socket.write('SSH-2.0\r\n'), 'NOT_HTTP'],
    [
      'stops in mid-answer',
      (socket: { end(text: string): void }) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\ndata: '),
      'TARGET_BROKE_OFF',
    ],
  ])('explains a server that %s', async (_, conduct, code) => {
    const server = await rawServer(conduct);
    closing.push(() => server.close());
    const patience = code === 'TARGET_SILENT' ? milliseconds(300) : seconds(30);
    expect(await failure(at(server.port), 'small', patience)).toMatchObject({
      code,
      exitCode: exitCodes.targetFailed,
    });
  });

  it('explains a certificate that nobody vouches for, and how to accept it', async () => {
    const certificate = makeCertificate();
    const { target } = await serve(streaming(), certificate);
    const error = await failure(target);
    expect(error).toMatchObject({ code: 'TARGET_TLS', exitCode: exitCodes.targetFailed });
    expect(error.hint).toMatch(/--ca.*--insecure/);
    expect(await ask({ ...target, tls: { insecure: true } })).toMatchObject({ streaming: true });
    expect(await ask({ ...target, tls: { ca: certificate.cert } })).toMatchObject({ streaming: true });
  });

  it('explains a certificate for another name, and TLS where there is none', async () => {
    const certificate = makeCertificate('DNS:elsewhere.test');
    const { target } = await serve(streaming(), certificate);
    expect(await failure({ ...target, tls: { ca: certificate.cert } })).toMatchObject({ code: 'TARGET_TLS' });
    const plain = await serve(streaming());
    const { port } = plain.target.url;
    expect(await failure(at(Number(port), 'https'))).toMatchObject({ code: 'TARGET_TLS' });
  });

  it('goes through a proxy with TLS and its password, and explains one that refuses', async () => {
    const certificate = makeCertificate();
    const { target } = await serve(streaming(), certificate);
    const proxy = await startProxy('me:pass word');
    closing.push(() => proxy.close());
    const named = new URL(proxy.url);
    const through = { ...target, tls: { ca: certificate.cert }, proxy: named };
    expect(await failure(through)).toMatchObject({ code: 'PROXY_FAILED', exitCode: exitCodes.targetFailed });
    named.username = 'me';
    named.password = 'pass word';
    expect(await ask({ ...through, proxy: named })).toMatchObject({ streaming: true });
    expect(proxy.heads.at(-1)).toMatch(/^CONNECT 127\.0\.0\.1:\d+ HTTP\/1\.1/);
    expect(proxy.heads.join()).not.toContain(key);
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

describe('waitReady', () => {
  it('waits while the server loads', async () => {
    let asked = 0;
    const { target, bodies } = await serve((body, response, request) => {
      asked++;
      status(asked < 3 ? 503 : 400, {})(body, response, request);
    });
    await waitReady(target, seconds(30));
    expect(asked).toBe(3);
    expect(bodies[0]).toEqual({});
  });

  it('waits until somebody listens', async () => {
    const gone = await rawServer(() => {});
    await gone.close();
    const waiting = waitReady(at(gone.port), seconds(30));
    const server = createServer((_, response) => response.writeHead(422).end());
    setTimeout(() => server.listen(gone.port, '127.0.0.1'), 50);
    closing.push(async () => {
      server.closeAllConnections();
      server.close();
    });
    await expect(waiting).resolves.toBeUndefined();
  });

  it('gives up with the last thing it saw', async () => {
    const { target } = await serve(status(503, {}));
    const error = await waitReady(target, milliseconds(50)).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: 'TARGET_NOT_READY', exitCode: exitCodes.targetFailed });
    expect((error as MetronError).message).toMatch(/it answers 503/);
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
