import OpenAI from 'openai';
import { afterEach } from 'vitest';
import type { EngineCore } from '../../src/engine/core.ts';
import type { EngineOptionsInput } from '../../src/engine/server/options.ts';
import { encodeText } from '../../src/engine/server/prompt-tokens.ts';
import { type RunningEngine, startEngine } from '../../src/engine/server/start-engine.ts';
import type { TruthRecord } from '../../src/engine/server/truth-trace.ts';

/** The simple engine, quick and without stalls. */
export const pace = { port: 0, firstTokenMs: 5, perPromptTokenMs: 0, gapMs: 1, stallProbability: 0 };

const running: RunningEngine[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((engine) => engine.close()));
});

/** An engine that is closed after the test. */
export async function serve(options: EngineOptionsInput, core?: EngineCore): Promise<RunningEngine> {
  const engine = await startEngine(options, core);
  running.push(engine);
  return engine;
}

/** The simple one. */
export const start = (options: EngineOptionsInput = {}): Promise<RunningEngine> => serve({ ...pace, ...options });

export const root = (engine: RunningEngine): string => engine.url.replace(/\/v1$/, '');
export const sdk = (engine: RunningEngine): OpenAI =>
  new OpenAI({ baseURL: engine.url, apiKey: 'none', maxRetries: 0 });
export const messages = [{ role: 'user' as const, content: 'Where do the boats go?' }];
export const promptTokens = encodeText('Where do the boats go?').length + 7;

export const post = (
  engine: RunningEngine,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> =>
  fetch(root(engine) + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

/** What the engine says it did. */
export async function trace(engine: RunningEngine, id?: string): Promise<TruthRecord[]> {
  const query = id === undefined ? '' : `?id=${id}`;
  const text = await (await fetch(`${root(engine)}/sim/trace${query}`)).text();
  return text
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as TruthRecord);
}

/** The data of each event. */
export const events = (text: string): string[] =>
  text
    .split('\n\n')
    .filter((event) => event !== '')
    .map((event) => event.replace(/^data: /, ''));

export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}
