import { mkdtemp, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OpenAI from 'openai';
import { afterEach, describe, expect, it } from 'vitest';
import type { Nanoseconds } from '../../core/units.ts';
import { type EngineOptionsInput, readEngineOptions } from './options.ts';
import { encodeText } from './prompt-tokens.ts';
import { type RunningEngine, startEngine } from './start-engine.ts';
import type { TruthRecord } from './truth-trace.ts';

const running: RunningEngine[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((engine) => engine.close()));
});

const pace = { port: 0, firstTokenMs: 5, perPromptTokenMs: 0, gapMs: 1, stallProbability: 0 };

async function start(options: EngineOptionsInput = {}): Promise<RunningEngine> {
  const engine = await startEngine({ ...pace, ...options });
  running.push(engine);
  return engine;
}

const root = (engine: RunningEngine): string => engine.url.replace(/\/v1$/, '');
const sdk = (engine: RunningEngine): OpenAI => new OpenAI({ baseURL: engine.url, apiKey: 'none', maxRetries: 0 });
const messages = [{ role: 'user' as const, content: 'Where do the boats go?' }];
const promptTokens = encodeText(messages[0]!.content).length + 7;

const post = (engine: RunningEngine, path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(root(engine) + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

async function trace(engine: RunningEngine, id?: string): Promise<TruthRecord[]> {
  const query = id === undefined ? '' : `?id=${id}`;
  const text = await (await fetch(`${root(engine)}/sim/trace${query}`)).text();
  return text
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as TruthRecord);
}

/** The data of each event. */
const events = (text: string): string[] =>
  text
    .split('\n\n')
    .filter((event) => event !== '')
    .map((event) => event.replace(/^data: /, ''));

/** Reads a stream to its end. */
async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('chat completions', () => {
  it('stream to the official SDK, with usage', async () => {
    const engine = await start();
    const stream = await sdk(engine).chat.completions.create({
      model: 'metron-sim',
      messages,
      max_completion_tokens: 1000,
      stream: true,
      stream_options: { include_usage: true },
      ...{ ignore_eos: true },
    });
    let text = '';
    const reasons: string[] = [];
    let usage: OpenAI.CompletionUsage | null | undefined;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? '';
      if (chunk.choices[0]?.finish_reason) reasons.push(chunk.choices[0].finish_reason);
      usage = chunk.usage ?? usage;
    }
    expect(encodeText(text)).toHaveLength(1000);
    expect(reasons).toEqual(['length']);
    expect(usage).toEqual({
      prompt_tokens: promptTokens,
      completion_tokens: 1000,
      total_tokens: promptTokens + 1000,
    });
  });

  it('have the shape of vLLM: role, contents, finish, usage, [DONE]', async () => {
    const engine = await start();
    const response = await post(
      engine,
      '/v1/chat/completions',
      {
        model: 'metron-sim',
        messages,
        max_tokens: 3,
        ignore_eos: true,
        stream: true,
        stream_options: { include_usage: true },
      },
      { 'x-request-id': 'req-7' },
    );
    expect(response.headers.get('x-request-id')).toBe('req-7');
    expect(response.headers.get('content-type')).toMatch('text/event-stream');
    const all = events(await response.text());
    expect(all.at(-1)).toBe('[DONE]');
    const chunks = all.slice(0, -1).map((data) => JSON.parse(data));
    for (const chunk of chunks) {
      expect(chunk).toMatchObject({ id: 'chatcmpl-req-7', object: 'chat.completion.chunk', model: 'metron-sim' });
    }
    expect(chunks[0].choices[0].delta).toEqual({ role: 'assistant', content: '' });
    expect(chunks.slice(1, 4).map(({ choices }) => Object.keys(choices[0].delta))).toEqual(Array(3).fill(['content']));
    expect(chunks[4].choices[0]).toMatchObject({ delta: {}, finish_reason: 'length' });
    expect(chunks[5]).toMatchObject({ choices: [], usage: { prompt_tokens: promptTokens, completion_tokens: 3 } });
    expect(chunks).toHaveLength(6);
  });

  it('report usage on every event when asked, and token ids', async () => {
    const engine = await start();
    const response = await post(engine, '/v1/chat/completions', {
      model: 'metron-sim',
      messages,
      max_tokens: 5,
      ignore_eos: true,
      stream: true,
      stream_options: { include_usage: true, continuous_usage_stats: true },
      return_token_ids: true,
    });
    const chunks = events(await response.text())
      .slice(0, -1)
      .map((data) => JSON.parse(data));
    expect(chunks.map(({ usage }) => usage.completion_tokens)).toEqual([0, 1, 2, 3, 4, 5, 5, 5]);
    const withTokens = chunks.slice(1, 6).map(({ choices }) => choices[0]);
    for (const { delta, token_ids } of withTokens) expect(encodeText(delta.content)).toEqual(token_ids);
  });

  it('come whole without stream, with usage', async () => {
    const engine = await start();
    const answer = await sdk(engine).chat.completions.create({ model: 'metron-sim', messages, max_tokens: 12 });
    expect(encodeText(answer.choices[0]?.message.content ?? '')).toHaveLength(answer.usage!.completion_tokens);
    expect(answer.usage).toMatchObject({ prompt_tokens: promptTokens });
  });

  it('end by themselves at a length of their own, never under min_tokens', async () => {
    const engine = await start({ answerTokens: 20, answerSpread: 0.5 });
    const ask = (extra: object) =>
      sdk(engine).chat.completions.create({ model: 'metron-sim', messages, max_tokens: 500, ...extra });
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask({})));
    expect(new Set(answers.map(({ usage }) => usage?.completion_tokens)).size).toBeGreaterThan(3);
    expect(answers.map(({ choices }) => choices[0]?.finish_reason)).toEqual(Array(8).fill('stop'));
    const long = await ask({ min_tokens: 300 });
    expect(long.usage?.completion_tokens).toBe(300);
  });
});

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

describe('refusals', () => {
  const chat = { model: 'metron-sim', messages };
  const cases: [string, unknown, number, object][] = [
    ['broken JSON', '{"model":', 400, { type: 'BadRequestError' }],
    ['no messages', { model: 'metron-sim' }, 400, { param: 'messages' }],
    ['an unknown model', { ...chat, model: 'gpt-x' }, 404, { type: 'NotFoundError', param: 'model' }],
    ['several answers', { ...chat, n: 2 }, 400, { param: 'n' }],
    ['max_tokens of 0', { ...chat, max_tokens: 0 }, 400, { param: 'max_tokens' }],
    ['min over max', { ...chat, min_tokens: 9, max_tokens: 5 }, 400, { param: 'min_tokens' }],
    ['more than the context', { ...chat, max_tokens: 90 }, 400, { param: 'max_tokens' }],
    [
      'a prompt over the context',
      { ...chat, messages: [{ role: 'user', content: 'word '.repeat(200) }] },
      400,
      { param: 'messages' },
    ],
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

  it('of unknown paths and wrong methods', async () => {
    const engine = await start();
    expect((await fetch(`${engine.url}/nothing`)).status).toBe(404);
    expect((await fetch(`${engine.url}/chat/completions`)).status).toBe(405);
  });

  it('of what the core cannot take, before a stream is opened', async () => {
    const engine = await startEngine(pace, {
      submit: () => {},
      cancel: () => {},
      nextAt: () => undefined,
      advance: (at, emit) => emit({ kind: 'rejected', id: 0, at, reason: 'no room for this prompt' }),
      stats: () => ({ waiting: 0, running: 0, preemptions: 0, kvUsed: 0, kvTotal: 0 }),
    });
    running.push(engine);
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

describe('the simulated engine', () => {
  it('is served under its model’s name with its context and prefix cache', async () => {
    const engine = await startEngine({ port: 0, gpu: 'h100', ingressMs: 0, egressMs: 0 });
    running.push(engine);
    const client = sdk(engine);
    const [model] = (await client.models.list()).data;
    expect(model).toMatchObject({ id: 'llama3-8b', max_model_len: 8192 });
    const ask = () =>
      client.chat.completions.create({
        model: 'llama3-8b',
        messages: [{ role: 'user', content: 'The quiet river carries small boats. '.repeat(20) }],
        max_tokens: 8,
        ...{ ignore_eos: true },
      });
    const first = await ask();
    const second = await ask();
    expect(first.usage).toMatchObject({ completion_tokens: 8 });
    expect(first.usage?.prompt_tokens_details?.cached_tokens ?? 0).toBe(0);
    expect(second.usage?.prompt_tokens_details?.cached_tokens).toBeGreaterThanOrEqual(128);
    const tooLong = await post(engine, '/v1/completions', { model: 'llama3-8b', prompt: 'x', max_tokens: 9000 });
    expect(tooLong.status).toBe(400);
  });
});

describe('the truth trace', () => {
  it('stamps each token after it was due and before the client has it', async () => {
    const engine = await start({ gapMs: 4 });
    const response = await post(
      engine,
      '/v1/chat/completions',
      { model: 'metron-sim', messages, max_tokens: 40, ignore_eos: true, stream: true },
      { 'x-request-id': 'stamped' },
    );
    const seen: bigint[] = [];
    let text = '';
    for await (const bytes of response.body as unknown as AsyncIterable<Uint8Array>) {
      const now = process.hrtime.bigint();
      text += Buffer.from(bytes).toString('latin1');
      const contents = text.split('"delta":{"content":').length - 1;
      while (seen.length < contents) seen.push(now);
    }
    await until(async () => (await trace(engine, 'stamped')).length === 1);
    const [record] = await trace(engine, 'stamped');
    const origin = BigInt(record!.origin_ns);
    const { at_ns: at, due_ns: due, tokens } = record!.chunks;
    expect(at).toHaveLength(40);
    expect(tokens).toEqual(Array(40).fill(1));
    expect(record).toMatchObject({ end: 'finished', status: 200, prompt_tokens: promptTokens, output_tokens: 40 });
    expect(record!.submitted_ns).toBeGreaterThanOrEqual(record!.arrived_ns);
    at.forEach((stamp, i) => {
      expect(Number.isInteger(stamp)).toBe(true);
      expect(stamp).toBeGreaterThanOrEqual(due[i]!);
      expect(stamp).toBeGreaterThan(at[i - 1] ?? record!.submitted_ns!);
      expect(origin + BigInt(stamp) < seen[i]!).toBe(true);
    });
  });

  it('is written to a file, one line a request', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'metron-engine-')), 'truth.jsonl');
    const engine = await start({ trace: path });
    for (const id of ['one', 'two']) {
      await (
        await post(
          engine,
          '/v1/completions',
          { model: 'metron-sim', prompt: 'hi', max_tokens: 3 },
          { 'x-request-id': id },
        )
      ).text();
    }
    await engine.close();
    running.length = 0;
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as TruthRecord).id)).toEqual(['one', 'two']);
    await expect(startEngine({ ...pace, trace: '/nowhere/at/all' })).rejects.toThrow(/trace file/);
  });

  it('is the same for the same seed, but for the times', async () => {
    const texts = async () => {
      const engine = await start({ seed: 'again' });
      const answers: unknown[] = [];
      for (let i = 0; i < 3; i++) {
        const answer = await sdk(engine).chat.completions.create({ model: 'metron-sim', messages });
        answers.push(answer.choices, answer.usage);
      }
      return answers;
    };
    expect(await texts()).toEqual(await texts());
  });
});

describe('a replay in virtual time of what a wall run submitted', () => {
  const cores: [string, EngineOptionsInput][] = [
    ['simple', { ...pace, stallProbability: 0.02, stallMinMs: 5, stallMaxMs: 20, slots: 3 }],
    ['simulated', { port: 0, gpu: 'h100', jitter: 0.02, maxSequences: 4, prefixCaching: false, seed: 5 }],
  ];
  it.each(cores)('gives the same times: %s', async (_name, options) => {
    const engine = await startEngine(options);
    running.push(engine);
    const client = sdk(engine);
    const model = (await client.models.list()).data[0]!.id;
    await Promise.all(
      Array.from({ length: 8 }, async (_, i) => {
        await new Promise((resolve) => setTimeout(resolve, 7 * i));
        const content = 'boats '.repeat(40 * i + 1);
        const body = { model, messages: [{ role: 'user' as const, content }], max_tokens: 5 + 3 * i };
        await client.chat.completions.create({ ...body, ...{ ignore_eos: true, n: 1 }, stream: true }).then(drain);
      }),
    );
    await until(async () => (await trace(engine)).length === 8);
    const records = (await trace(engine)).sort((a, b) => a.engine_id! - b.engine_id!);
    const { engine: kind, core, server } = readEngineOptions(options);
    const replay = kind.assemble(core, server.seed).core;
    const due = new Map<number, number[]>();
    const advance = (to: number) =>
      replay.advance(to as Nanoseconds, (emission) => {
        if (emission.kind === 'tokens') due.set(emission.id, [...(due.get(emission.id) ?? []), emission.at]);
      });
    for (const { engine_id: id, submitted_ns: at, prompt_tokens, asked_tokens } of records) {
      advance(at!);
      replay.submit({ id: id!, promptTokens: prompt_tokens!, outputTokens: asked_tokens! }, at as Nanoseconds);
    }
    advance(Number.MAX_SAFE_INTEGER);
    const late: number[] = [];
    for (const { engine_id: id, chunks, asked_tokens } of records) {
      expect(chunks.due_ns).toEqual(due.get(id!));
      expect(chunks.tokens.reduce((sum, tokens) => sum + tokens, 0)).toBe(asked_tokens);
      for (const [i, at] of chunks.at_ns.entries()) late.push((at - chunks.due_ns[i]!) / 1e9);
    }
    // What was written was never early, and as late as the engine itself reports (first writes of an instant).
    expect(Math.min(...late)).toBeGreaterThanOrEqual(0);
    const typical = late.sort((a, b) => a - b)[late.length >> 1]!;
    expect(typical).toBeLessThanOrEqual(engine.stats().latenessP99Seconds! + 0.005);
  });
});

describe('HTTP', () => {
  const body = JSON.stringify({ model: 'metron-sim', prompt: 'hi', max_tokens: 4, ignore_eos: true, stream: true });
  const request = (version: string, extra = '') =>
    `POST /v1/completions HTTP/${version}\r\nhost: x\r\ncontent-length: ${body.length}\r\n${extra}\r\n`;

  /** What the server sends until `enough`, or until it closes. */
  function talk(engine: RunningEngine, first: string, enough: (text: string) => boolean, then = ''): Promise<string> {
    return new Promise((resolve, reject) => {
      let text = '';
      let told = false;
      const socket = connect(engine.port, '127.0.0.1', () => socket.write(first));
      socket.on('error', reject);
      socket.on('end', () => resolve(text));
      socket.on('data', (bytes) => {
        text += bytes.toString('latin1');
        if (!enough(text)) return;
        if (told || then === '') socket.end(() => resolve(text));
        else socket.write(then);
        told = true;
      });
    });
  }

  it('1.0 gets a body that ends with the connection', async () => {
    const text = await talk(await start(), request('1.0') + body, () => false);
    expect(text).not.toMatch(/transfer-encoding/i);
    expect(text).toMatch(/data: \[DONE\]\n\n$/);
    expect(events(text.slice(text.indexOf('\r\n\r\n') + 4))).toHaveLength(6);
  });

  it('pipelined requests are answered one after the other', async () => {
    const both = (text: string) => text.split('data: [DONE]').length === 3 && text.endsWith('0\r\n\r\n');
    const text = await talk(await start(), (request('1.1') + body).repeat(2), both);
    const [first = '', second = ''] = text.split(/(?<=0\r\n\r\n)HTTP/);
    for (const answer of [first, second]) expect(answer.split('"text":').length).toBe(6);
  });

  it('expectations of 100-continue are met', async () => {
    const text = await talk(
      await start(),
      request('1.1', 'expect: 100-continue\r\n'),
      (so) => so.includes('100 Continue') && (so.length < 40 || so.endsWith('0\r\n\r\n')),
      body,
    );
    expect(text).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 /);
  });

  it('odd targets are not found, and a body that is cut off harms nobody', async () => {
    const engine = await start();
    const text = await talk(engine, 'GET // HTTP/1.1\r\nhost: x\r\n\r\n', (so) => so.includes('}'));
    expect(text).toMatch(/^HTTP\/1.1 404 /);
    await new Promise<void>((resolve) => {
      const socket = connect(engine.port, '127.0.0.1', () => socket.write(request('1.1') + body.slice(0, 5)));
      setTimeout(() => socket.destroy(), 20);
      socket.on('close', () => resolve());
    });
    await until(async () => (await trace(engine)).length === 1);
    expect(await trace(engine)).toMatchObject([{ end: 'client-closed', output_tokens: 0 }]);
  });
});

describe('load', () => {
  it('beyond the slots waits in line', async () => {
    const engine = await start({ slots: 2, firstTokenMs: 30, gapMs: 2 });
    const client = sdk(engine);
    const ask = () =>
      client.chat.completions.create({ model: 'metron-sim', messages, max_tokens: 10, ...{ ignore_eos: true } });
    const all = Array.from({ length: 6 }, ask);
    await until(() => engine.stats().running === 2 && engine.stats().waiting > 0);
    await Promise.all(all);
    await until(async () => (await trace(engine)).length === 6);
    const records = await trace(engine);
    const overlapping = records.map(
      (one) =>
        records.filter(
          (other) =>
            other.chunks.at_ns[0]! <= one.chunks.at_ns[0]! && other.chunks.at_ns.at(-1)! > one.chunks.at_ns[0]!,
        ).length,
    );
    expect(Math.max(...overlapping)).toBeLessThanOrEqual(2);
    expect(engine.stats()).toMatchObject({ running: 0, waiting: 0, requests: 6, generationTokens: 60 });
  });

  it('that the client gives up frees its slot', async () => {
    const engine = await start({ slots: 1, gapMs: 10 });
    const abort = new AbortController();
    const stream = await sdk(engine).chat.completions.create(
      { model: 'metron-sim', messages, max_tokens: 10_000, stream: true, ...{ ignore_eos: true } },
      { signal: abort.signal, headers: { 'x-request-id': 'given-up' } },
    );
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
    abort.abort();
    await until(() => engine.stats().running === 0);
    await until(async () => (await trace(engine, 'given-up')).length === 1);
    expect(await trace(engine, 'given-up')).toMatchObject([{ end: 'client-closed', asked_tokens: 10_000 }]);
    const next = await sdk(engine).chat.completions.create({ model: 'metron-sim', messages, max_tokens: 2 });
    expect(next.usage?.completion_tokens).toBe(2);
  });

  it('of many streams at once comes through whole', async () => {
    const engine = await start({ slots: 1000, gapMs: 3, inStep: true });
    const answers = await Promise.all(
      Array.from({ length: 100 }, async () => {
        const response = await post(engine, '/v1/completions', {
          model: 'metron-sim',
          prompt: 'hello',
          max_tokens: 25,
          ignore_eos: true,
          stream: true,
        });
        return events(await response.text()).slice(0, -2);
      }),
    );
    for (const answer of answers) {
      const text = answer.map((data) => JSON.parse(data).choices[0].text).join('');
      expect(encodeText(text)).toHaveLength(25);
    }
  });
});
