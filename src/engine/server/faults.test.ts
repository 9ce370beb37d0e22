import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { usageOfFault } from './fault.ts';
import { faults } from './faults.ts';
import { encodeText } from './prompt-tokens.ts';
import { type RunningEngine, startEngine } from './start-engine.ts';
import type { TruthRecord } from './truth-trace.ts';

let engine: RunningEngine;
beforeAll(async () => {
  engine = await startEngine({
    port: 0,
    firstTokenMs: 5,
    perPromptTokenMs: 0,
    gapMs: 1,
    stallProbability: 0,
    slots: 100,
  });
});
afterAll(() => engine.close());

interface Read {
  readonly at: bigint;
  readonly bytes: Buffer;
}

interface Response {
  readonly head: string;
  /** Body without its chunk framing, as far as it came. */
  readonly body: string;
  readonly raw: Buffer;
  readonly reads: readonly Read[];
  /** How the connection ended, or `open` when it was we who closed it. */
  readonly end: 'fin' | 'reset' | 'open';
  readonly truth: TruthRecord;
}

interface Ask {
  readonly fault?: string;
  readonly model?: string;
  readonly path?: string;
  readonly tokens?: number;
  readonly stream?: boolean;
  /** Close after this many milliseconds of silence. */
  readonly patience?: number;
}

let count = 0;

/** One request over a socket of its own, kept byte by byte. */
async function ask({ fault, model, path = '/v1/chat/completions', tokens = 12, stream = true, patience = 400 }: Ask) {
  const id = `fault-${count++}`;
  const body = JSON.stringify({
    model: model ?? 'metron-sim',
    ...(path.includes('chat') ? { messages: [{ role: 'user', content: 'hello' }] } : { prompt: 'hello' }),
    max_tokens: tokens,
    ignore_eos: true,
    stream,
    ...(stream ? { stream_options: { include_usage: true } } : {}),
  });
  const lines = [
    `POST ${path} HTTP/1.1`,
    'host: engine',
    'content-type: application/json',
    `content-length: ${body.length}`,
    `x-request-id: ${id}`,
    ...(fault === undefined ? [] : [`x-sim-fault: ${fault}`]),
  ];
  const { reads, end } = await exchange(`${lines.join('\r\n')}\r\n\r\n${body}`, patience);
  const raw = Buffer.concat(reads.map(({ bytes }) => bytes));
  const split = raw.indexOf('\r\n\r\n');
  const head = raw.subarray(0, split === -1 ? raw.length : split).toString('latin1');
  const rest = split === -1 ? Buffer.alloc(0) : raw.subarray(split + 4);
  const response: Response = {
    head,
    body: (/transfer-encoding: chunked/i.test(head) ? unchunk(rest) : rest).toString('utf8'),
    raw,
    reads,
    end,
    truth: await truthOf(id),
  };
  return response;
}

function exchange(request: string, patience: number): Promise<{ reads: Read[]; end: Response['end'] }> {
  return new Promise((resolve) => {
    const reads: Read[] = [];
    const socket = connect(engine.port, '127.0.0.1', () => socket.write(request));
    const finish = (end: Response['end']) => {
      socket.destroy();
      resolve({ reads, end });
    };
    socket.setTimeout(patience, () => finish('open'));
    socket.on('data', (bytes) => {
      reads.push({ at: process.hrtime.bigint(), bytes });
      if (bytes.toString('latin1').endsWith('0\r\n\r\n')) setTimeout(() => finish('open'), 20);
    });
    socket.on('end', () => finish('fin'));
    socket.on('error', () => finish('reset'));
  });
}

function unchunk(bytes: Buffer): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd === -1) break;
    const size = Number.parseInt(bytes.subarray(at, lineEnd).toString('latin1'), 16);
    pieces.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
  return Buffer.concat(pieces);
}

async function truthOf(id: string): Promise<TruthRecord> {
  for (;;) {
    const text = await (await fetch(`${engine.url.replace('/v1', '')}/sim/trace?id=${id}`)).text();
    if (text !== '') return JSON.parse(text) as TruthRecord;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

interface Chunk {
  readonly choices?: readonly {
    readonly delta: {
      readonly content?: string | null;
      readonly reasoning_content?: string;
      readonly tool_calls?: readonly { readonly id?: string; readonly function: { readonly arguments: string } }[];
    };
    readonly finish_reason: string | null;
  }[];
  readonly usage?: { readonly completion_tokens: number };
  readonly error?: { readonly message: string };
}

const dataOf = (body: string): string[] =>
  body
    .split(/\n\n/)
    .filter((event) => event.startsWith('data: '))
    .map((event) => event.slice(6));
const chunksOf = (body: string): Chunk[] =>
  dataOf(body)
    .filter((data) => data.startsWith('{') && data.endsWith('}'))
    .map((data) => JSON.parse(data) as Chunk);
const contentsOf = (body: string): string[] =>
  chunksOf(body).flatMap(({ choices }) => (choices?.[0]?.delta.content ? [choices?.[0].delta.content] : []));
const usageIn = (body: string): number | undefined =>
  chunksOf(body).find(({ usage }) => usage)?.usage?.completion_tokens;

/** A stream in good order: twelve tokens, a finish reason, usage, [DONE]. */
function expectWhole(body: string): void {
  expect(encodeText(contentsOf(body).join(''))).toHaveLength(12);
  expect(chunksOf(body).filter(({ choices }) => choices?.[0]?.finish_reason === 'length')).toHaveLength(1);
  expect(usageIn(body)).toBe(12);
  expect(dataOf(body).at(-1)).toBe('[DONE]');
}

it('a stream without a fault is in good order', async () => {
  const { body, truth, end } = await ask({});
  expectWhole(body);
  expect(end).toBe('open');
  expect(truth).toMatchObject({ end: 'finished', output_tokens: 12 });
  expect(truth.faults).toBeUndefined();
});

function parses(data: string): boolean {
  try {
    return typeof JSON.parse(data) === 'object';
  } catch {
    return false;
  }
}

type Check = (response: Response) => void;

/** What each fault must look like on the wire. */
const checks: Record<string, [Ask, Check][]> = {
  'http-error': [
    [
      { fault: 'http-error:429:2.5' },
      ({ head, body, truth }) => {
        expect(head).toMatch(/^HTTP\/1.1 429 /);
        expect(head).toMatch(/retry-after: 2.5/i);
        expect(JSON.parse(body)).toMatchObject({ error: { code: 429, type: 'RateLimitError' } });
        expect(truth).toMatchObject({ status: 429, end: 'fault', output_tokens: 0 });
        expect(truth.engine_id).toBeUndefined();
      },
    ],
    [
      { fault: 'http-error:307' },
      ({ head }) => {
        expect(head).toMatch(/^HTTP\/1.1 307 /);
        expect(head).toMatch(/location: /i);
      },
    ],
    [
      { fault: 'http-error:429:date' },
      ({ head }) => {
        expect(Date.parse(/^retry-after: (.*)$/im.exec(head)![1]!)).toBeGreaterThan(Date.now() - 1000);
        expect(head).toMatch(/x-ratelimit-remaining-requests: 0/i);
      },
    ],
    [{ model: 'sim-fault-http-error' }, ({ head }) => expect(head).toMatch(/^HTTP\/1.1 500 /)],
  ],
  'html-error': [
    [
      { fault: 'html-error' },
      ({ head, body }) => {
        expect(head).toMatch(/^HTTP\/1.1 502 /);
        expect(body).toMatch(/^<html>/);
      },
    ],
  ],
  'never-answer': [
    [
      { fault: 'never-answer', patience: 150 },
      ({ raw, end, truth }) => {
        expect([raw.length, end]).toEqual([0, 'open']);
        expect(truth.status).toBe(0);
      },
    ],
  ],
  'headers-only': [
    [
      { fault: 'headers-only', patience: 150 },
      ({ head, body, end }) => {
        expect(head).toMatch(/^HTTP\/1.1 200 /);
        expect([body, end]).toEqual(['', 'open']);
      },
    ],
  ],
  'slow-headers': [
    [
      { fault: 'slow-headers:0.3' },
      ({ reads, body, end }) => {
        const withHead = reads.findIndex(({ bytes }) => bytes.includes('data:'));
        expect(withHead).toBeGreaterThan(10);
        expect(reads[withHead]!.at - reads[0]!.at).toBeGreaterThan(200_000_000n);
        expectWhole(body);
        expect(end).toBe('fin');
      },
    ],
  ],
  'close-before-answer': [
    [{ fault: 'close-before-answer' }, ({ raw, end }) => expect([raw.length, end]).toEqual([0, 'fin'])],
  ],
  'no-stream': [
    [
      { fault: 'no-stream' },
      ({ head, body, truth }) => {
        expect(head).toMatch(/content-type: application\/json/i);
        const answer = JSON.parse(body) as { choices: { message: { content: string } }[] };
        expect(encodeText(answer.choices[0]!.message.content)).toHaveLength(12);
        expect(truth.chunks.tokens).toEqual([12]);
      },
    ],
  ],
  buffered: [
    [
      { fault: 'buffered' },
      ({ body, reads, truth }) => {
        expectWhole(body);
        const withEvents = reads.filter(({ bytes }) => bytes.includes('data: {'));
        expect(withEvents).toHaveLength(1);
        expect(new Set(truth.chunks.at_ns).size).toBe(1);
        expect(truth.chunks.tokens).toHaveLength(12);
      },
    ],
  ],
  empty: [
    [
      { fault: 'empty' },
      ({ body, truth }) => {
        expect(contentsOf(body)).toEqual([]);
        expect(usageIn(body)).toBe(0);
        expect(dataOf(body).at(-1)).toBe('[DONE]');
        expect(truth).toMatchObject({ status: 200, output_tokens: 0 });
      },
    ],
  ],
  'in-band-error': [
    [
      { fault: 'in-band-error:4' },
      ({ head, body, truth }) => {
        expect(head).toMatch(/^HTTP\/1.1 200 /);
        expect(contentsOf(body)).toHaveLength(4);
        expect(JSON.parse(dataOf(body).at(-2)!)).toMatchObject({ error: { code: 500 } });
        expect(truth).toMatchObject({ end: 'fault', output_tokens: 4 });
      },
    ],
    [{ fault: 'in-band-error:0' }, ({ body }) => expect(contentsOf(body)).toEqual([])],
  ],
  fin: [
    [
      { fault: 'fin:5' },
      ({ body, end, raw }) => {
        expect(contentsOf(body)).toHaveLength(5);
        expect(end).toBe('fin');
        expect(raw.toString('latin1')).not.toMatch(/0\r\n\r\n$/);
      },
    ],
  ],
  'fin-mid-event': [
    [
      { fault: 'fin-mid-event:2' },
      ({ body, end, truth }) => {
        expect(contentsOf(body)).toHaveLength(2);
        expect(body).toMatch(/"choi$/);
        expect(end).toBe('fin');
        expect(truth).toMatchObject({ end: 'fault', output_tokens: 2 });
      },
    ],
  ],
  reset: [
    [
      { fault: 'reset:3' },
      ({ body, end, truth }) => {
        expect(contentsOf(body).length).toBe(3);
        expect(end).toBe('reset');
        expect(truth).toMatchObject({ end: 'fault', output_tokens: 3 });
      },
    ],
  ],
  'no-terminator': [
    [
      { fault: 'no-terminator' },
      ({ body, end, raw }) => {
        expectWhole(body);
        expect(end).toBe('fin');
        expect(raw.toString('latin1')).not.toMatch(/0\r\n\r\n$/);
      },
    ],
  ],
  'close-delimited': [
    [
      { fault: 'close-delimited' },
      ({ head, body, end }) => {
        expect(head).not.toMatch(/transfer-encoding|content-length/i);
        expectWhole(body);
        expect(end).toBe('fin');
      },
    ],
  ],
  'close-after-response': [
    [
      { fault: 'close-after-response' },
      ({ head, body, end }) => {
        expect(head).toMatch(/connection: keep-alive/i);
        expectWhole(body);
        expect(end).toBe('fin');
      },
    ],
  ],
  'missing-done': [
    [
      { fault: 'missing-done' },
      ({ body }) => {
        expect(body).not.toContain('[DONE]');
        expect(usageIn(body)).toBe(12);
      },
    ],
  ],
  'missing-finish': [
    [
      { fault: 'missing-finish' },
      ({ body }) => {
        expect(chunksOf(body).some(({ choices }) => choices?.[0]?.finish_reason)).toBe(false);
        expect(contentsOf(body)).toHaveLength(12);
      },
    ],
  ],
  'missing-usage': [
    [
      { fault: 'missing-usage' },
      ({ body }) => {
        expect(usageIn(body)).toBeUndefined();
        expect(contentsOf(body)).toHaveLength(12);
      },
    ],
  ],
  'wrong-usage': [
    [{ fault: 'wrong-usage:1.5' }, ({ body }) => expect(usageIn(body)).toBe(18)],
    [{ fault: 'wrong-usage:0' }, ({ body }) => expect(usageIn(body)).toBe(0)],
  ],
  'multi-token': [
    [
      { fault: 'multi-token:5' },
      ({ body, truth }) => {
        expectWhole(body);
        expect(contentsOf(body).map((text) => encodeText(text).length)).toEqual([5, 5, 2]);
        expect(truth.chunks.tokens).toEqual([5, 5, 2]);
      },
    ],
  ],
  coalesce: [
    [
      { fault: 'coalesce:4' },
      ({ body, truth }) => {
        expectWhole(body);
        // The role is the first of four events in the first write.
        expect(new Set(truth.chunks.at_ns).size).toBe(4);
        expect(truth.chunks.tokens).toEqual(Array(12).fill(1));
      },
    ],
  ],
  'split-event': [
    [
      { fault: 'split-event:7', tokens: 12 },
      ({ body, raw }) => {
        expectWhole(body);
        expect(raw.toString('latin1')).toMatch(/\r\n7\r\ndata: \{\r\n/);
      },
    ],
    [
      { fault: 'split-event', tokens: 40 },
      ({ body, raw }) => {
        expect(contentsOf(body)).toHaveLength(40);
        const cuts = [...raw.toString('latin1').matchAll(/\r\n([0-9a-f]+)\r\n(?=d)/g)].map(([, size]) =>
          Number(`0x${size}`),
        );
        for (let offset = 1; offset <= 40; offset++) expect(cuts).toContain(offset);
      },
    ],
  ],
  'byte-by-byte': [
    [
      { fault: 'byte-by-byte', tokens: 12, patience: 3000 },
      ({ body, raw, truth }) => {
        expectWhole(body);
        expect(raw.toString('latin1').match(/\r\n1\r\n/g)!.length).toBeGreaterThan(body.length * 0.9);
        expect(truth.chunks.tokens).toEqual(Array(12).fill(1));
      },
    ],
  ],
  'split-utf8': [
    [
      { fault: 'split-utf8' },
      ({ body, raw }) => {
        expectWhole(body);
        expect(contentsOf(body).join('')).toBe(' é中😀'.repeat(4));
        // The three bytes of the second character stand in three chunks.
        expect(raw.includes(Buffer.from([0x0d, 0x0a, 0x31, 0x0d, 0x0a, 0xb8, 0x0d, 0x0a]))).toBe(true);
      },
    ],
  ],
  comments: [
    [
      { fault: 'comments' },
      ({ body }) => {
        expectWhole(body);
        expect(body.match(/^: ping$/gm)).toHaveLength(16);
      },
    ],
  ],
  'line-ends': [
    [
      { fault: 'line-ends:crlf' },
      ({ body }) => {
        expect(body.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
        expectWhole(body.replaceAll('\r\n', '\n'));
      },
    ],
    [
      { fault: 'line-ends:cr' },
      ({ body }) => {
        expect(body).not.toContain('\n');
        expectWhole(body.replaceAll('\r', '\n'));
      },
    ],
  ],
  'sse-fields': [
    [
      { fault: 'sse-fields' },
      ({ body }) => {
        expect(body).toMatch(/^event: message\nid: 0\nretry: 3000\ndata:\{/);
        expectWhole(body.replaceAll(/event: message\nid: \d+\nretry: 3000\ndata:/g, 'data: '));
      },
    ],
  ],
  bom: [
    [
      { fault: 'bom' },
      ({ body }) => {
        expect(body.charCodeAt(0)).toBe(0xfeff);
        expectWhole(body.slice(1));
      },
    ],
  ],
  'multi-line-data': [
    [
      { fault: 'multi-line-data' },
      ({ body }) => {
        expect(body).toMatch(/,\ndata: "choices":/);
        expectWhole(body.replaceAll(',\ndata: "', ',"'));
      },
    ],
  ],
  'no-last-blank-line': [[{ fault: 'no-last-blank-line' }, ({ body }) => expect(body).toMatch(/data: \[DONE\]$/)]],
  'data-after-done': [
    [
      { fault: 'data-after-done' },
      ({ body }) => expect(dataOf(body).slice(-2)).toEqual(['[DONE]', expect.any(String)]),
    ],
  ],
  'wrong-content-type': [
    [
      { fault: 'wrong-content-type' },
      ({ head, body }) => {
        expect(head).toMatch(/content-type: text\/plain/i);
        expectWhole(body);
      },
    ],
  ],
  preamble: [
    [
      { fault: 'preamble' },
      ({ body }) => {
        expect(chunksOf(body)[0]!.choices).toEqual([]);
        expect(contentsOf(body)).toHaveLength(12);
      },
    ],
  ],
  'keep-alive-deltas': [
    [
      { fault: 'keep-alive-deltas:null' },
      ({ body }) => {
        expect(chunksOf(body).filter(({ choices }) => choices?.[0]?.delta.content === null)).toHaveLength(12);
        expectWhole(body);
      },
    ],
  ],
  'reasoning-first': [
    [
      { fault: 'reasoning-first:5' },
      ({ body, truth }) => {
        const kinds = chunksOf(body).flatMap(({ choices }) => {
          const delta = choices?.[0]?.delta;
          return delta?.reasoning_content ? ['reasoning'] : delta?.content ? ['content'] : [];
        });
        expect(kinds).toEqual([...Array(5).fill('reasoning'), ...Array(7).fill('content')]);
        expect(truth.output_tokens).toBe(12);
      },
    ],
  ],
  'tool-call': [
    [
      { fault: 'tool-call:2' },
      ({ body }) => {
        const calls = chunksOf(body).flatMap(({ choices }) => choices?.[0]?.delta.tool_calls ?? []);
        expect(calls).toHaveLength(10);
        expect(calls.map(({ id }) => id)).toEqual(['call_0', ...Array(9).fill(undefined)]);
        expect(contentsOf(body)).toHaveLength(2);
      },
    ],
  ],
  stall: [
    [
      { fault: 'stall:4:0.2', patience: 2000 },
      ({ body, truth }) => {
        expectWhole(body);
        const at = truth.chunks.at_ns;
        expect(at[4]! - at[3]!).toBeGreaterThan(150_000_000);
        expect(at[11]! - at[4]!).toBeLessThan(at[4]! - at[3]!);
        expect(truth.chunks.due_ns[4]! - truth.chunks.due_ns[3]!).toBeLessThan(100_000_000);
      },
    ],
  ],
  'huge-event': [
    [
      { fault: 'huge-event:1024', patience: 3000 },
      ({ body }) => {
        expectWhole(body);
        expect(Math.max(...dataOf(body).map((data) => data.length))).toBeGreaterThan(1024 * 1024);
      },
    ],
  ],
  'slow-body': [
    [
      { fault: 'slow-body:20000', patience: 3000 },
      ({ body, truth, reads }) => {
        expectWhole(body);
        expect(reads.length).toBeGreaterThan(14);
        expect(truth.chunks.at_ns.at(-1)! - truth.chunks.due_ns.at(-1)!).toBeGreaterThan(20_000_000);
      },
    ],
  ],
  'content-length': [
    [
      { fault: 'content-length:5000000' },
      ({ head, body, end }) => {
        expect(head).toMatch(/content-length: 5000000/);
        expectWhole(body);
        expect(end).toBe('fin');
      },
    ],
  ],
  http10: [
    [
      { fault: 'http10' },
      ({ head, body, end }) => {
        expect(head).toMatch(/^HTTP\/1.0 200 /);
        expect(head).not.toMatch(/transfer-encoding/i);
        expectWhole(body);
        expect(end).toBe('fin');
      },
    ],
  ],
  trailers: [
    [
      { fault: 'trailers' },
      ({ head, raw, end }) => {
        expect(head).toMatch(/trailer: x-checksum/i);
        const text = raw.toString('latin1');
        expect(text.match(/^[0-9a-f]+;note="simulated"\r$/gm)!.length).toBeGreaterThan(12);
        expect(text).toMatch(/\r\n0\r\nx-checksum: none\r\n\r\n$/);
        expect(end).toBe('open');
      },
    ],
  ],
  'close-after-requests': [
    [
      { fault: 'close-after-requests:1', patience: 2000 },
      ({ head, body }) => {
        expect(head).not.toMatch(/connection: close/i);
        expectWhole(body);
      },
    ],
  ],
  'connection-close': [
    [
      { fault: 'connection-close', patience: 2000 },
      ({ head, body }) => {
        expect(head).toMatch(/connection: close/i);
        expectWhole(body);
      },
    ],
  ],
  interim: [
    [
      { fault: 'interim:103' },
      ({ head, raw }) => {
        expect(head).toMatch(/^HTTP\/1.1 103 /);
        expect(raw.toString('latin1')).toContain('\r\n\r\nHTTP/1.1 200 OK');
      },
    ],
  ],
  gzip: [
    [
      { fault: 'gzip' },
      ({ head, raw, truth }) => {
        expect(head).toMatch(/content-encoding: gzip/i);
        expectWhole(gunzipSync(unchunk(raw.subarray(raw.indexOf('\r\n\r\n') + 4))).toString('utf8'));
        expect(truth.output_tokens).toBe(12);
      },
    ],
  ],
  'empty-choices': [
    [
      { fault: 'empty-choices' },
      ({ body }) => {
        expect(chunksOf(body).filter(({ choices, usage }) => choices?.length === 0 && !usage)).toHaveLength(12);
        expectWhole(body);
      },
    ],
  ],
  'double-finish': [
    [
      { fault: 'double-finish' },
      ({ body }) =>
        expect(chunksOf(body).filter(({ choices }) => choices?.[0]?.finish_reason === 'length')).toHaveLength(2),
    ],
  ],
  'finish-with-content': [
    [
      { fault: 'finish-with-content' },
      ({ body, truth }) => {
        expectWhole(body);
        const last = chunksOf(body).find(({ choices }) => choices?.[0]?.finish_reason === 'length');
        expect(last!.choices![0]!.delta.content).toBeTruthy();
        expect(truth.chunks.at_ns).toHaveLength(12);
      },
    ],
  ],
  'usage-with-finish': [
    [
      { fault: 'usage-with-finish' },
      ({ body }) => {
        expectWhole(body);
        const last = chunksOf(body).find(({ usage }) => usage);
        expect(last!.choices![0]!.finish_reason).toBe('length');
      },
    ],
  ],
  'unknown-fields': [
    [
      { fault: 'unknown-fields' },
      ({ body }) => {
        expectWhole(body);
        for (const chunk of chunksOf(body)) expect(chunk).toHaveProperty('x_vendor.nested', [null, 1.5, 'choices']);
      },
    ],
  ],
  'continuous-usage': [
    [
      { fault: 'continuous-usage' },
      ({ body }) => {
        const counts = chunksOf(body).flatMap(({ usage }) => (usage ? [usage.completion_tokens] : []));
        expect(counts.slice(0, 5)).toEqual([0, 1, 2, 3, 4]);
        expect(contentsOf(body)).toHaveLength(12);
      },
    ],
  ],
  'usage-as-text': [[{ fault: 'usage-as-text' }, ({ body }) => expect(usageIn(body)).toBe('12')]],
  'interleaved-choices': [
    [
      { fault: 'interleaved-choices' },
      ({ body }) => {
        const indices = chunksOf(body).flatMap(({ choices }) =>
          choices?.[0]?.delta.content ? [(choices[0] as unknown as { index: number }).index] : [],
        );
        expect(indices).toEqual(Array.from({ length: 24 }, (_, i) => i % 2));
      },
    ],
  ],
  'duplicate-chunks': [
    [
      { fault: 'duplicate-chunks:4' },
      ({ body, truth }) => {
        expect(contentsOf(body)).toHaveLength(15);
        expect(truth.output_tokens).toBe(12);
        expect(usageIn(body)).toBe(12);
      },
    ],
  ],
  'reordered-chunks': [
    [
      { fault: 'reordered-chunks' },
      ({ body, truth }) => {
        expect(contentsOf(body)).toHaveLength(12);
        expect(truth.output_tokens).toBe(12);
        expect([...truth.chunks.due_ns].sort((a, b) => a - b)).not.toEqual(truth.chunks.due_ns);
        expect(dataOf(body).at(-1)).toBe('[DONE]');
      },
    ],
  ],
  're-emit': [
    [
      { fault: 're-emit:5' },
      ({ body }) => {
        const contents = contentsOf(body);
        expect(contents).toHaveLength(17);
        expect(contents.slice(5, 10)).toEqual(contents.slice(0, 5));
      },
    ],
  ],
  'invisible-tokens': [
    [
      { fault: 'invisible-tokens:3' },
      ({ body, truth }) => {
        expect(contentsOf(body)).toHaveLength(8);
        expect(usageIn(body)).toBe(12);
        expect(truth.output_tokens).toBe(12);
      },
    ],
  ],
  'tokenizer-mismatch': [
    [
      { fault: 'tokenizer-mismatch:0.25' },
      ({ body }) => {
        expect(encodeText(contentsOf(body).join(''))).toHaveLength(9);
        expect(usageIn(body)).toBe(12);
      },
    ],
    [
      { fault: 'tokenizer-mismatch:-0.25' },
      ({ body }) => {
        expect(encodeText(contentsOf(body).join('')).length).toBeGreaterThan(13);
        expect(usageIn(body)).toBe(12);
      },
    ],
  ],
  'wrong-model': [
    [{ fault: 'wrong-model:other' }, ({ body }) => expect(chunksOf(body)[0]).toMatchObject({ model: 'other' })],
  ],
  'content-filter': [
    [
      { fault: 'content-filter:4' },
      ({ body }) => {
        expect(contentsOf(body)).toHaveLength(4);
        expect(body).toContain('"finish_reason":"content_filter"');
      },
    ],
  ],
  'malformed-json': [
    [
      { fault: 'malformed-json:2' },
      ({ body }) => {
        const broken = dataOf(body).filter((data) => data !== '[DONE]' && !parses(data));
        expect(broken).toHaveLength(1);
        expect(contentsOf(body)).toHaveLength(12);
      },
    ],
  ],
  'empty-error': [
    [
      { fault: 'empty-error:503' },
      ({ head, body }) => {
        expect(head).toMatch(/^HTTP\/1.1 503 /);
        expect(body).toBe('');
      },
    ],
  ],
  'ignores-max-tokens': [
    [
      { fault: 'ignores-max-tokens:2', patience: 1000 },
      ({ body, truth }) => {
        expect(contentsOf(body)).toHaveLength(24);
        expect(usageIn(body)).toBe(24);
        expect(truth.asked_tokens).toBe(24);
      },
    ],
  ],
  'stops-early': [
    [
      { fault: 'stops-early:0.5' },
      ({ body }) => {
        expect(contentsOf(body)).toHaveLength(6);
        expect(body).toContain('"finish_reason":"stop"');
      },
    ],
  ],
  'ignore-cancel': [[{ fault: 'ignore-cancel' }, ({ body }) => expectWhole(body)]],
  delay: [
    [
      { fault: 'delay:0.2', patience: 2000 },
      ({ body, truth: { chunks } }) => {
        expectWhole(body);
        for (const [i, at] of chunks.at_ns.entries()) expect(at - chunks.due_ns[i]!).toBeGreaterThan(190_000_000);
      },
    ],
  ],
  slowdown: [
    [
      { fault: 'slowdown:5:1', patience: 2000 },
      ({ body, truth: { chunks } }) => {
        expectWhole(body);
        const span = (times: readonly number[]): number => times.at(-1)! - times[0]!;
        expect(span(chunks.at_ns)).toBeGreaterThan(3 * span(chunks.due_ns));
      },
    ],
  ],
  drift: [
    [
      { fault: 'drift:100', patience: 2000 },
      ({ body, truth: { chunks } }) => {
        expectWhole(body);
        expect(chunks.at_ns.at(-1)! - chunks.at_ns[0]!).toBeGreaterThanOrEqual(
          chunks.due_ns.at(-1)! - chunks.due_ns[0]!,
        );
      },
    ],
  ],
  shed: [[{ fault: 'shed:100' }, ({ body }) => expectWhole(body)]],
  throttle: [
    [
      { fault: 'throttle:0:30' },
      ({ head, truth }) => {
        expect(head).toMatch(/^HTTP\/1.1 429 /);
        expect(head).toMatch(/retry-after: 30/i);
        expect(truth).toMatchObject({ end: 'fault', status: 429 });
      },
    ],
  ],
  'date-step': [
    [
      { fault: 'date-step:-7200' },
      ({ head, body }) => {
        expectWhole(body);
        const date = Date.parse(/^date: (.*)$/im.exec(head)![1]!);
        expect((Date.now() - date) / 1e3).toBeGreaterThan(7100);
      },
    ],
  ],
};

describe('each fault', () => {
  it('has a check of its bytes', () => {
    const ofRequests = faults.all.filter((fault) => fault.of === 'request').map(({ kind }) => kind);
    expect(Object.keys(checks).sort()).toEqual(ofRequests.sort());
  });

  const cases = Object.entries(checks).flatMap(([kind, list]) =>
    list.map(([request, check]) => [request.fault ?? request.model ?? kind, kind, request, check] as const),
  );
  it.concurrent.each(cases)('%s', async (_name, kind, request, check) => {
    const response = await ask(request);
    check(response);
    expect(response.truth.faults).toEqual([request.fault ?? kind]);
  });
});

describe('faults', () => {
  it('can be had together', async () => {
    const { body, truth } = await ask({ fault: 'multi-token:3, line-ends:crlf, missing-done' });
    expect(contentsOf(body.replaceAll('\r\n', '\n'))).toHaveLength(4);
    expect(body).not.toContain('[DONE]');
    expect(truth.faults).toEqual(['multi-token:3', 'line-ends:crlf', 'missing-done']);
  });

  it('also change completions and whole answers', async () => {
    const { body } = await ask({ fault: 'multi-token:4', path: '/v1/completions' });
    expect(dataOf(body).filter((data) => /"text":"[^"]/.test(data))).toHaveLength(3);
    const whole = await ask({ fault: 'wrong-usage:2', stream: false });
    expect(JSON.parse(whole.body)).toMatchObject({ usage: { completion_tokens: 24 } });
  });

  it('are refused by name and by argument, with what is known', async () => {
    const unknown = await ask({ fault: 'http-eror' });
    expect(unknown.head).toMatch(/^HTTP\/1.1 400 /);
    expect(unknown.body).toContain('known: ');
    for (const fault of ['http-error:99', 'stall:x', 'empty:1']) {
      expect((await ask({ fault })).head).toMatch(/^HTTP\/1.1 400 /);
    }
  });

  it('follow rules: each nth request, or with a probability, the same for the same seed', async () => {
    const statuses = async (rule: string, seed: number) => {
      const own = await startEngine({ port: 0, firstTokenMs: 0, gapMs: 0, fault: [rule], seed });
      const found: number[] = [];
      for (let i = 0; i < 40; i++) {
        const response = await fetch(`${own.url}/completions`, {
          method: 'POST',
          body: JSON.stringify({ model: 'metron-sim', prompt: 'x', max_tokens: 1 }),
        });
        await response.text();
        found.push(response.status);
      }
      const stats = own.stats();
      await own.close();
      const failed = found.filter((status) => status === 503).length;
      expect(stats.faults['http-error'] ?? 0).toBe(failed);
      return found;
    };
    const every = await statuses('http-error:503@every=4', 1);
    every.forEach((status, i) => {
      expect(status).toBe((i + 1) % 4 === 0 ? 503 : 200);
    });
    const some = await statuses('http-error:503@0.3', 1);
    const failed = some.filter((status) => status === 503).length;
    expect(failed).toBeGreaterThan(3);
    expect(failed).toBeLessThan(25);
    expect(await statuses('http-error:503@0.3', 1)).toEqual(some);
    expect(await statuses('http-error:503@0.3', 2)).not.toEqual(some);
  });

  it('befall whole connections by rule, and stand in the trace', async () => {
    const own = await startEngine({ port: 0, fault: ['accept-then-close@first=1', 'slow-accept:0.2@every=2'] });
    const opened = performance.now();
    const ends = await Promise.all(
      [1, 2, 3].map(async () => {
        const response = await fetch(`${own.url}/models`).catch(() => undefined);
        return { status: response?.status, after: performance.now() - opened };
      }),
    );
    expect(ends.map(({ status }) => status).filter((status) => status === undefined)).toHaveLength(1);
    expect(Math.max(...ends.map(({ after }) => after))).toBeGreaterThan(190);
    const lines = (await (await fetch(`${own.url.replace('/v1', '')}/sim/trace`)).text()).trimEnd().split('\n');
    const traced = lines.map((line) => JSON.parse(line) as TruthRecord);
    // Reading the trace may take a connection of its own.
    expect(traced.map((one) => one.faults?.[0]).slice(0, 2)).toEqual(['accept-then-close', 'slow-accept:0.2']);
    expect(own.stats().faults).toMatchObject({ 'accept-then-close': 1 });
    await own.close();
    const { head } = await ask({ fault: 'accept-then-close' });
    expect(head).toMatch(/^HTTP\/1.1 400 /);
  });

  it('come at a time, to some models or prompts, or to the first requests only', async () => {
    const own = await startEngine({
      port: 0,
      firstTokenMs: 0,
      fault: [
        'http-error:501@prompt=poison',
        'http-error:502@model=^sim-fault-comments$',
        'http-error:503@first=2',
        'http-error:504@from=1000',
      ],
    });
    const status = async (prompt: string, model = 'metron-sim') => {
      const body = JSON.stringify({ model, prompt, max_tokens: 1 });
      const response = await fetch(`${own.url}/completions`, { method: 'POST', body });
      await response.text();
      return response.status;
    };
    expect([await status('a'), await status('b'), await status('c')]).toEqual([503, 503, 200]);
    expect(await status('a poisoned one')).toBe(501);
    expect(await status('d', 'sim-fault-comments')).toBe(502);
    await own.close();
  });

  it('shed and throttle by what else is asked', async () => {
    const own = await startEngine({ port: 0, firstTokenMs: 150, slots: 1, fault: ['shed:1'] });
    const status = async (headers: Record<string, string> = {}) => {
      const body = JSON.stringify({ model: 'metron-sim', prompt: 'x', max_tokens: 1 });
      const response = await fetch(`${own.url}/completions`, { method: 'POST', body, headers });
      await response.text();
      return response.status;
    };
    const statuses = await Promise.all(Array.from({ length: 6 }, () => status()));
    expect(statuses.filter((one) => one === 503).length).toBeGreaterThan(0);
    expect(statuses.filter((one) => one === 200).length).toBeGreaterThan(1);
    const limited = { 'x-sim-fault': 'throttle:2:60' };
    const of = (key: string) => status({ ...limited, authorization: `Bearer ${key}` });
    expect([await of('a'), await of('a'), await of('a'), await of('b')]).toEqual([200, 200, 429, 200]);
    await own.close();
  });

  it('let the engine go on for a client that is gone', async () => {
    const produced = async (fault: string) => {
      const own = await startEngine({ port: 0, firstTokenMs: 0, gapMs: 5, gapJitter: 0, stallProbability: 0 });
      const gone = new AbortController();
      const body = JSON.stringify({ model: 'metron-sim', prompt: 'x', max_tokens: 60, ignore_eos: true, stream: true });
      const headers = { 'x-sim-fault': fault };
      const response = await fetch(`${own.url}/completions`, { method: 'POST', body, headers, signal: gone.signal });
      await response.body!.getReader().read();
      gone.abort();
      while (own.stats().running > 0) await new Promise((resolve) => setTimeout(resolve, 10));
      await own.close();
      return own.stats().generationTokens;
    };
    expect(await produced('ignore-cancel')).toBe(60);
    expect(await produced('comments')).toBeLessThan(60);
  });

  it('close a connection after its nth request', async () => {
    const body = JSON.stringify({ model: 'metron-sim', prompt: 'x', max_tokens: 1 });
    const one = `POST /v1/completions HTTP/1.1\r\nhost: e\r\nx-sim-fault: close-after-requests:2\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    const text = await new Promise<string>((resolve) => {
      let all = '';
      const socket = connect(engine.port, '127.0.0.1', () => socket.write(one));
      socket.on('data', (bytes) => {
        all += bytes.toString('latin1');
        if (all.endsWith('}')) socket.write(one);
      });
      socket.on('error', () => {});
      socket.on('close', () => resolve(all));
    });
    expect(text.split('HTTP/1.1 200 OK').length - 1).toBe(2);
    expect(text).not.toMatch(/connection: close/i);
  });

  it('in rules are checked when the engine starts', async () => {
    for (const rule of [
      'nothing@0.1',
      'stall@2',
      'stall@often',
      'stall:x@0.1',
      'stall@first=0',
      'stall@model=(',
      'stall@by=2',
      'stall@',
    ]) {
      await expect(startEngine({ port: 0, fault: [rule] })).rejects.toThrow();
    }
  });
});

it('the documentation lists every fault with its arguments', async () => {
  const text = await readFile(new URL('../../../docs/engine.md', import.meta.url), 'utf8');
  for (const { kind, parameters, summary } of faults.all) {
    expect(text).toContain(`| \`${usageOfFault(kind, parameters)}\` | ${summary} |`);
  }
});
