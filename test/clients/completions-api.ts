import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TransportTarget } from '../../src/clients/transport/transport.ts';

/** Sent to every server, and never to be shown. */
export const key = 'sk-very-secret-key';

/** What a test has started; to be ended after it. */
export const closing: (() => Promise<void>)[] = [];

export async function closeAll(): Promise<void> {
  for (const close of closing.splice(0)) await close();
}

export type Body = Record<string, unknown>;
export type Api = (body: Body, response: ServerResponse, request: IncomingMessage) => void;

/** An API that answers completions with `api` and knows two models; `closing` ends it. */
export async function serve(
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

export const at = (port: number, scheme = 'http', path = '/v1/chat/completions'): TransportTarget => ({
  url: new URL(`${scheme}://127.0.0.1:${port}${path}`),
  headers: { authorization: `Bearer ${key}` },
});

export const event = (json: unknown): string => `data: ${JSON.stringify(json)}\n\n`;
export const delta = (content: string, more: object = {}): string =>
  event({ choices: [{ delta: { content } }], ...more });

/** Streams `tokens` tokens, one an event, with usage at the end. */
export const streaming =
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

export const status =
  (code: number, body: unknown, headers: Record<string, string> = {}): Api =>
  (_, response) => {
    response.writeHead(code, headers);
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
