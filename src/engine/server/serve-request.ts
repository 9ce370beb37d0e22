import { randomUUID, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiError } from './api-error.ts';
import { Exchange } from './exchange.ts';
import type { Route } from './route.ts';
import { routes } from './routes.ts';
import type { ServerState } from './server-state.ts';
import { RequestTruth } from './truth-trace.ts';

/** Answers one request, whatever it asks for; never throws. */
export async function serveRequest(
  state: ServerState,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const arrivedAt = state.clock.now();
  // A pipelined request has the socket to itself only after the answers before it.
  if (response.socket === null) await once(response, 'socket');
  const [pathname = '/', query] = (request.url ?? '/').split('?', 2);
  const truth = new RequestTruth(requestId(request), arrivedAt);
  const exchange = new Exchange(request, response, truth, state.clock);
  const route = routeOf(pathname, request.method);
  if (route?.traced) traceWhenClosed(state, exchange);
  try {
    const refusal = refuse(state, request, pathname, route);
    if (refusal) exchange.json(refusal.status, refusal.body);
    else await route?.serve(state, exchange, new URLSearchParams(query));
  } catch (error) {
    truth.end ??= request.complete ? 'refused' : 'client-closed';
    const refusal = error instanceof ApiError ? error : new ApiError(500, 'the engine failed at this request');
    if (response.headersSent) response.destroy();
    else exchange.json(refusal.status, refusal.body(), refusal.headers);
    // A defect of the engine: the client has its 500, the operator reads why.
    if (!(error instanceof ApiError)) process.emitWarning(error instanceof Error ? error : String(error));
  }
}

/** By path and method; with another method than it has, a path is still known. */
function routeOf(pathname: string, method: string | undefined): Route | undefined {
  const there = routes.filter(({ path }) => path === pathname);
  return there.find((route) => route.method === method) ?? there[0];
}

const requestId = (request: IncomingMessage): string => {
  const asked = request.headers['x-request-id'];
  return typeof asked === 'string' && asked !== '' ? asked : randomUUID().replaceAll('-', '');
};

function refuse(
  { apiKey }: ServerState,
  request: IncomingMessage,
  pathname: string,
  route: Route | undefined,
): { status: number; body: object } | undefined {
  if (apiKey !== undefined && pathname.startsWith('/v1/') && !bringsKey(request, apiKey)) {
    return { status: 401, body: { error: 'Unauthorized' } };
  }
  if (!route) return { status: 404, body: { detail: 'Not Found' } };
  if (route.method !== request.method) return { status: 405, body: { detail: 'Method Not Allowed' } };
  return undefined;
}

function bringsKey(request: IncomingMessage, apiKey: string): boolean {
  const brought = Buffer.from(request.headers.authorization ?? '');
  const wanted = Buffer.from(`Bearer ${apiKey}`);
  return brought.length === wanted.length && timingSafeEqual(brought, wanted);
}

function traceWhenClosed(state: ServerState, exchange: Exchange): void {
  const { truth } = exchange;
  state.metrics.requests++;
  exchange.onClosed(() => {
    truth.end ??= state.closing ? 'server-closed' : 'client-closed';
    state.metrics.queuedWrites += truth.queuedWrites;
    state.trace.add(truth.record(state.origin, state.clock.now()));
  });
}
