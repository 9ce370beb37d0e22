import { expect } from 'vitest';
import { openaiChat } from '../../src/clients/protocols/openai-chat.ts';
import { chunkKinds, type RequestRecord } from '../../src/core/record.ts';
import { endCauses, type TapeKind, TapeReader, TapeWriter, tapeKinds } from '../../src/core/tape.ts';
import { nanoseconds } from '../../src/core/units.ts';
import { type AbortReason, type AssemblerOptions, createAssembler } from '../../src/recording/assembler.ts';

export const ms = 1e6;

/** An assembler behind a real tape. Times in milliseconds. */
export function bench(options: Partial<AssemblerOptions> = {}) {
  const records: RequestRecord[] = [];
  const aborts: [number, AbortReason][] = [];
  const assembler = createAssembler({
    decoder: openaiChat.decoder,
    bufferedAnswer: openaiChat.bufferedAnswer,
    request: (id) => ({ scheduledAt: nanoseconds(id * ms), phase: 'measure', promptAsked: 10, outputAsked: 3 }),
    timeouts: {},
    keepText: false,
    secrets: [],
    onRecord: (record) => records.push(record),
    onAbort: (request, reason) => aborts.push([request, reason]),
    ...options,
  });
  const reader = new TapeReader();
  const tape = new TapeWriter((segment) => reader.addSegment(segment), 1 << 16);
  const write = (kind: TapeKind, id: number, at: number, text = '', extra = 0, flags = 0, delay = 0): void => {
    const bytes = Buffer.from(text);
    tape.writeBytes(kind, id, at * ms, at * ms + delay, bytes, 0, bytes.length, extra, flags);
    reader.drain((entry) => assembler.visit(entry));
  };
  return {
    assembler,
    records,
    aborts,
    write,
    connecting: (id: number, at: number) => write(tapeKinds.connecting, id, at),
    sent: (id: number, at: number) => write(tapeKinds.sent, id, at),
    head: (id: number, at: number, status = 200, headers = 'content-type: text/event-stream') =>
      write(tapeKinds.head, id, at, `HTTP/1.1 ${status} X\r\n${headers}\r\n\r\n`, status),
    body: (id: number, at: number, text: string, flags = 0, delay = 0) =>
      write(tapeKinds.body, id, at, text, 0, flags, delay),
    end: (id: number, at: number, cause: number = endCauses.complete, detail = '') =>
      write(tapeKinds.end, id, at, detail, cause),
  };
}

export const event = (json: object): string => `data: ${JSON.stringify(json)}\n\n`;
export const token = (text: string, more: object = {}): string =>
  event({ choices: [{ delta: { content: text } }], ...more });
export const role = event({ choices: [{ delta: { role: 'assistant', content: '' } }] });
export const finish = (reason = 'stop'): string => event({ choices: [{ delta: {}, finish_reason: reason }] });
export const usage = (completion: number, more: object = {}): string =>
  event({ choices: [], usage: { prompt_tokens: 12, completion_tokens: completion, ...more } });
export const done = 'data: [DONE]\n\n';

/** One request with these body pieces, one read each, 10 ms apart from 100 ms on. */
export function record(pieces: string[], options: Partial<AssemblerOptions> = {}, cause: number = endCauses.complete) {
  const b = bench(options);
  b.sent(0, 0);
  b.head(0, 100);
  pieces.forEach((piece, i) => {
    b.body(0, 100 + 10 * i, piece);
  });
  b.end(0, 100 + 10 * pieces.length, cause);
  expect(b.records).toHaveLength(1);
  expect(b.assembler.live().inFlight).toBe(0);
  return b.records[0]!;
}

export const kinds = ({ chunks }: RequestRecord): string =>
  Array.from(chunks.kind, (kind) => chunkKinds[kind]?.[0] ?? '?').join('');
