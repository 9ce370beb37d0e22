import { decode } from 'gpt-tokenizer/encoding/o200k_base';
import { z } from 'zod';
import { adapterRoutes } from './adapter-routes.ts';
import { ApiError } from './api-error.ts';
import { faultRoutes } from './fault-routes.ts';
import { encodeInTurns } from './prompt-tokens.ts';
import type { Protocol } from './protocol.ts';
import { chat } from './protocols/chat.ts';
import { completions } from './protocols/completions.ts';
import { readJson } from './read-json.ts';
import { parseFields } from './request-fields.ts';
import type { Route } from './route.ts';
import { serveCompletion } from './serve-completion.ts';
import { secondsToReady } from './server-state.ts';

const completion = (protocol: Protocol): Route => ({
  method: 'POST',
  path: protocol.path,
  traced: true,
  serve: (state, exchange) => serveCompletion(state, protocol, exchange),
});

const models: Route = {
  method: 'GET',
  path: '/v1/models',
  serve: ({ options, startedAtSeconds, adapters }, exchange) => {
    const served = (id: string, root: string, parent: string | null) => ({
      id,
      object: 'model',
      created: startedAtSeconds,
      owned_by: 'metron',
      root,
      parent,
      max_model_len: options.contextTokens,
    });
    const adapted = Array.from(adapters, ([name, from]) => served(name, from, options.model));
    exchange.json(200, { object: 'list', data: [served(options.model, options.model, null), ...adapted] });
  },
};

const health = (path: string): Route => ({
  method: 'GET',
  path,
  serve: (_state, exchange) => exchange.send(200, '', {}),
});

const ready: Route = {
  method: 'GET',
  path: '/health/ready',
  serve: (state, exchange) => exchange.send(secondsToReady(state) > 0 || state.asleep ? 503 : 200, '', {}),
};

const load: Route = {
  method: 'GET',
  path: '/load',
  serve: ({ driver }, exchange) => {
    const { running, waiting } = driver.stats();
    exchange.json(200, { server_load: running + waiting });
  },
};

const resetPrefixCache: Route = {
  method: 'POST',
  path: '/reset_prefix_cache',
  serve: ({ inside }, exchange) => {
    inside?.resetPrefixes();
    exchange.send(200, '', {});
  },
};

const fallAsleep = (path: string, asleep: boolean): Route => ({
  method: 'POST',
  path,
  serve: (state, exchange) => {
    state.asleep = asleep;
    exchange.send(200, '', {});
  },
});

const isSleeping: Route = {
  method: 'GET',
  path: '/is_sleeping',
  serve: ({ asleep }, exchange) => exchange.json(200, { is_sleeping: asleep }),
};

const version: Route = {
  method: 'GET',
  path: '/version',
  serve: (state, exchange) => exchange.json(200, { version: state.version, engine: 'metron' }),
};

const metrics: Route = {
  method: 'GET',
  path: '/metrics',
  serve: ({ metrics: counted, options, driver, inside }, exchange) => {
    const text = counted.render(options.model, driver.stats(), driver, inside);
    exchange.send(200, text, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
  },
};

const tokenizeBody = z.looseObject({
  prompt: z.string().optional(),
  messages: z.unknown().optional(),
  model: z.string().optional(),
  return_token_strs: z.boolean().nullish(),
});

const tokenize: Route = {
  method: 'POST',
  path: '/tokenize',
  serve: async ({ options }, exchange) => {
    const body = parseFields(tokenizeBody, await readJson(exchange.request));
    const tokens =
      body.prompt === undefined
        ? (await chat.parse({ model: options.model, messages: body.messages })).promptTokens
        : await encodeInTurns(body.prompt);
    exchange.json(200, {
      count: tokens.length,
      max_model_len: options.contextTokens,
      tokens,
      ...(body.return_token_strs && { token_strs: tokens.map((token) => decodeTokens([token])) }),
    });
  },
};

const detokenizeBody = z.looseObject({ tokens: z.array(z.number().int().min(0)) });

const detokenize: Route = {
  method: 'POST',
  path: '/detokenize',
  serve: async (_state, exchange) => {
    const { tokens } = parseFields(detokenizeBody, await readJson(exchange.request));
    exchange.json(200, { prompt: decodeTokens(tokens) });
  },
};

function decodeTokens(tokens: readonly number[]): string {
  try {
    return decode(tokens);
  } catch {
    throw new ApiError(400, 'tokens holds ids that the tokenizer does not know', 'tokens');
  }
}

const trace: Route = {
  method: 'GET',
  path: '/sim/trace',
  serve: (state, exchange, query) => {
    const lines = state.trace.recent(query.get('id') ?? undefined).map((record) => `${JSON.stringify(record)}\n`);
    exchange.send(200, lines.join(''), { 'content-type': 'application/jsonl' });
  },
};

export const routes: readonly Route[] = [
  completion(chat),
  completion(completions),
  models,
  health('/health'),
  health('/ping'),
  ready,
  load,
  resetPrefixCache,
  fallAsleep('/sleep', true),
  fallAsleep('/wake_up', false),
  isSleeping,
  version,
  metrics,
  tokenize,
  detokenize,
  trace,
  ...faultRoutes,
  ...adapterRoutes,
];
