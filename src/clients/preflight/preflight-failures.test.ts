import { afterEach, describe, expect, it, vi } from 'vitest';
import { makeCertificate } from '../../../test/clients/certificate.ts';
import { at, closeAll, closing, event, key, serve, status, streaming } from '../../../test/clients/completions-api.ts';
import { startProxy } from '../../../test/clients/proxy.ts';
import { rawServer } from '../../../test/clients/raw-server.ts';
import { exitCodes, MetronError } from '../../core/errors.ts';
import { milliseconds, seconds } from '../../core/units.ts';
import { protocols } from '../protocols/index.ts';
import type { TransportTarget } from '../transport/transport.ts';
import { preflight } from './preflight.ts';

vi.setConfig({ testTimeout: 30_000 });
afterEach(closeAll);

const chat = protocols.get('openai-chat');

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

  it('does not ask for ever where all fields are refused', async () => {
    const both = 'max_tokens and max_completion_tokens are both wrong';
    const { target, bodies } = await serve(status(400, { message: both }));
    expect(await failure(target)).toMatchObject({ code: 'REFUSED' });
    expect(bodies.length).toBeLessThanOrEqual(6);
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
});
