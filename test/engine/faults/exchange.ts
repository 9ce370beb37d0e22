import { connect } from 'node:net';
import { expect } from 'vitest';
import { encodeText } from '../../../src/engine/server/prompt-tokens.ts';
import type { RunningEngine } from '../../../src/engine/server/start-engine.ts';
import type { TruthRecord } from '../../../src/engine/server/truth-trace.ts';

interface Read {
  readonly at: bigint;
  readonly bytes: Buffer;
}

/** What came back, and what the engine knows of it. */
export interface Response {
  readonly head: string;
  /** Body without its chunk framing, as far as it came. */
  readonly body: string;
  readonly raw: Buffer;
  readonly reads: readonly Read[];
  /** How the connection ended, or `open` when it was we who closed it. */
  readonly end: 'fin' | 'reset' | 'open';
  readonly truth: TruthRecord;
}

export interface Ask {
  readonly fault?: string;
  readonly model?: string;
  readonly path?: string;
  readonly prompt?: string;
  readonly tokens?: number;
  readonly stream?: boolean;
  /** Close after this many milliseconds of silence. */
  readonly patience?: number;
}

let count = 0;

/** One request over a socket of its own, kept byte by byte. */
export async function ask(
  engine: RunningEngine,
  { fault, model, path = '/v1/chat/completions', prompt = 'hello', tokens = 12, stream = true, patience = 400 }: Ask,
) {
  const id = `fault-${count++}`;
  const body = JSON.stringify({
    model: model ?? 'metron-sim',
    ...(path.includes('chat') ? { messages: [{ role: 'user', content: prompt }] } : { prompt }),
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
  const { reads, end } = await exchange(engine, `${lines.join('\r\n')}\r\n\r\n${body}`, patience);
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
    truth: await truthOf(engine, id),
  };
  return response;
}

function exchange(
  engine: RunningEngine,
  request: string,
  patience: number,
): Promise<{ reads: Read[]; end: Response['end'] }> {
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

/** Without the framing of chunks. */
export function unchunk(bytes: Buffer): Buffer {
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

async function truthOf(engine: RunningEngine, id: string): Promise<TruthRecord> {
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

/** The data of each event. */
export const dataOf = (body: string): string[] =>
  body
    .split(/\n\n/)
    .filter((event) => event.startsWith('data: '))
    .map((event) => event.slice(6));
/** Those that are JSON. */
export const chunksOf = (body: string): Chunk[] =>
  dataOf(body)
    .filter((data) => data.startsWith('{') && data.endsWith('}'))
    .map((data) => JSON.parse(data) as Chunk);
/** The texts of the tokens. */
export const contentsOf = (body: string): string[] =>
  chunksOf(body).flatMap(({ choices }) => (choices?.[0]?.delta.content ? [choices?.[0].delta.content] : []));
export const usageIn = (body: string): number | undefined =>
  chunksOf(body).find(({ usage }) => usage)?.usage?.completion_tokens;

/** A stream in good order: twelve tokens, a finish reason, usage, [DONE]. */
export function expectWhole(body: string): void {
  expect(encodeText(contentsOf(body).join(''))).toHaveLength(12);
  expect(chunksOf(body).filter(({ choices }) => choices?.[0]?.finish_reason === 'length')).toHaveLength(1);
  expect(usageIn(body)).toBe(12);
  expect(dataOf(body).at(-1)).toBe('[DONE]');
}

export function parses(data: string): boolean {
  try {
    return typeof JSON.parse(data) === 'object';
  } catch {
    return false;
  }
}

/** What each fault must look like on the wire: requests, and checks of what came back. */
export type FaultChecks = Readonly<Record<string, readonly (readonly [Ask, (response: Response) => void])[]>>;
