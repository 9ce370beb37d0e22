import { describe, expect, it } from 'vitest';
import { openaiChat } from '../clients/protocols/openai-chat.ts';
import { chunkKinds, type RequestRecord } from '../core/record.ts';
import { endCauses, type TapeKind, TapeReader, TapeWriter, tapeFlags, tapeKinds } from '../core/tape.ts';
import { milliseconds, nanoseconds, seconds } from '../core/units.ts';
import { type AbortReason, type AssemblerOptions, createAssembler } from './assembler.ts';

const ms = 1e6;

/** An assembler behind a real tape. Times in milliseconds. */
function bench(options: Partial<AssemblerOptions> = {}) {
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

const event = (json: object): string => `data: ${JSON.stringify(json)}\n\n`;
const token = (text: string, more: object = {}): string => event({ choices: [{ delta: { content: text } }], ...more });
const role = event({ choices: [{ delta: { role: 'assistant', content: '' } }] });
const finish = (reason = 'stop'): string => event({ choices: [{ delta: {}, finish_reason: reason }] });
const usage = (completion: number, more: object = {}): string =>
  event({ choices: [], usage: { prompt_tokens: 12, completion_tokens: completion, ...more } });
const done = 'data: [DONE]\n\n';

/** One request with these body pieces, one read each, 10 ms apart from 100 ms on. */
function record(pieces: string[], options: Partial<AssemblerOptions> = {}, cause: number = endCauses.complete) {
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

const kinds = ({ chunks }: RequestRecord): string =>
  Array.from(chunks.kind, (kind) => chunkKinds[kind]?.[0] ?? '?').join('');

describe('a completed stream', () => {
  it('becomes a record with times, kinds, reads and counts', () => {
    const b = bench();
    b.sent(7, 8);
    b.head(7, 50);
    b.body(7, 50, role, tapeFlags.sameRead);
    b.body(7, 60, token('Hello'));
    b.body(7, 70, token(', ') + token('world'));
    b.body(7, 80, finish('length') + usage(3, { prompt_tokens_details: { cached_tokens: 4 } }) + done);
    b.end(7, 81);
    const [seen] = b.records;
    expect(seen).toMatchObject({
      id: 7,
      phase: 'measure',
      scheduledAt: 7 * ms,
      sentAt: 8 * ms,
      firstByteAt: 50 * ms,
      endedAt: 81 * ms,
      prompt: { asked: 10, reported: 12, cached: 4 },
      output: { asked: 3, total: 3, totalSource: 'usage', chunkSource: 'chunk', reported: 3 },
      outcome: { status: 'completed', finishReason: 'length' },
    });
    expect(seen?.outcome).toEqual({ status: 'completed', finishReason: 'length' });
    expect(seen).not.toHaveProperty('text');
    expect(kinds(seen!)).toBe('occcoo');
    expect(Array.from(seen!.chunks.at)).toEqual([50, 60, 70, 70, 80, 80].map((at) => at * ms));
    expect(Array.from(seen!.chunks.tokens)).toEqual([0, 1, 1, 1, 0, 0]);
    expect(Array.from(seen!.chunks.read)).toEqual([0, 1, 2, 2, 3, 3]);
    expect(seen!.chunks.bytes[1]).toBe(token('Hello').length);
    expect(seen!.chunks.clientDelay).toBeUndefined();
  });

  it('counts from the first send when the request went again on a new connection, and says so', () => {
    const b = bench();
    b.sent(0, 8);
    b.write(tapeKinds.again, 0, 9, '', endCauses.fin);
    b.connecting(0, 9);
    b.sent(0, 20);
    expect(b.assembler.live()).toMatchObject({ inFlight: 1, sent: 1 });
    b.head(0, 50);
    b.body(0, 50, token('Hello') + finish() + done);
    b.end(0, 51);
    expect(b.records).toMatchObject([{ sentAt: 8 * ms, resends: 1, outcome: { status: 'completed' } }]);
  });

  it('gives an event the stamp of the piece that completed it, wherever it is split', () => {
    const whole = token('Hello');
    for (let split = 1; split < whole.length; split++) {
      const { chunks, outcome } = record([whole.slice(0, split), whole.slice(split), finish() + done]);
      expect(outcome.status).toBe('completed');
      expect(chunks.at[0]).toBe(110 * ms);
      expect(chunks.read[0]).toBe(2);
    }
  });

  it('keeps the client delay where the kernel stamped', () => {
    const b = bench();
    b.sent(0, 0);
    b.head(0, 5);
    b.body(0, 10, token('a'), 0, 1500);
    b.body(0, 20, token('b') + finish() + done);
    b.end(0, 20);
    expect(Array.from(b.records[0]!.chunks.clientDelay ?? [])).toEqual([1500, 0, 0]);
  });

  it('counts one end however often the tape tells it, and ignores what comes later', () => {
    const b = bench();
    b.sent(0, 0);
    b.end(0, 1, endCauses.reset, 'ECONNRESET');
    b.body(0, 2, token('late'));
    b.end(0, 3);
    expect(b.records).toHaveLength(1);
    expect(b.assembler.live()).toMatchObject({ sent: 1, inFlight: 0, failed: 1, byClass: { 'network ECONNRESET': 1 } });
  });

  it('keeps requests apart that interleave', () => {
    const b = bench();
    for (const id of [1, 2]) b.sent(id, id);
    for (const id of [2, 1]) b.head(id, 10 + id);
    for (let i = 0; i < 5; i++) for (const id of [1, 2]) b.body(id, 20 + 2 * i + id, token(`t${id}`));
    b.body(2, 50, finish() + done);
    b.end(2, 50);
    expect(b.assembler.live()).toMatchObject({ inFlight: 1, completed: 1, tokens: 10 });
    b.body(1, 60, finish() + done);
    b.end(1, 60);
    expect(b.records.map(({ id, output }) => [id, output.total])).toEqual([
      [2, 5],
      [1, 5],
    ]);
  });

  it('keeps text only when asked, without secrets', () => {
    const pieces = [token('the key is sk'), token('y-secret-42'), finish() + done];
    expect(record(pieces)).not.toHaveProperty('text');
    const kept = record(pieces, { keepText: true, secrets: ['sky-secret-42'] });
    expect(kept.text).toBe('the key is [redacted]');
  });

  it('reports what the server says of its own times, apart', () => {
    const timed = event({
      choices: [{ delta: {}, finish_reason: 'stop' }],
      timings: { prompt_ms: 12.5, predicted_n: 1 },
    });
    expect(record([token('a'), timed + done]).serverTiming).toEqual({ prompt_ms: 12.5, predicted_n: 1 });
  });

  it('repairs stamps that go backwards and says so', () => {
    const b = bench();
    b.sent(0, 10);
    b.head(0, 9);
    b.body(0, 20, token('a'));
    b.body(0, 18, token('b') + finish() + done);
    b.end(0, 19);
    const { sentAt, firstByteAt, endedAt, chunks } = b.records[0]!;
    expect([sentAt, firstByteAt, ...Array.from(chunks.at), endedAt]).toEqual(
      [10, 10, 20, 20, 20, 20].map((t) => t * ms),
    );
    expect(b.assembler.live().disordered).toEqual({ count: 3, max: 2 * ms });
  });
});

describe('how a request ends', () => {
  const words = [token('a'), token('b')];
  it.each([
    [
      'finish reason without [DONE]',
      [...words, finish()],
      endCauses.complete,
      { status: 'completed', withoutDone: true },
    ],
    ['[DONE] without finish reason', [...words, done], endCauses.complete, { status: 'completed' }],
    ['closed after the finish', [...words, finish()], endCauses.fin, { status: 'completed', withoutDone: true }],
    ['reset after [DONE]', [...words, finish() + done], endCauses.reset, { status: 'completed', finishReason: 'stop' }],
    ['closed before the finish', words, endCauses.fin, { status: 'truncated', cause: 'fin' }],
    ['reset before the finish', words, endCauses.reset, { status: 'truncated', cause: 'reset' }],
    [
      'reset in the middle of an event',
      [...words, 'data: {"cho'],
      endCauses.reset,
      { status: 'truncated', cause: 'reset' },
    ],
    ['role alone, then reset', [role], endCauses.reset, { status: 'truncated', cause: 'reset' }],
    ['whole but without any finish', words, endCauses.complete, { status: 'truncated', cause: 'fin' }],
    ['nothing', [], endCauses.complete, { status: 'failed', failure: { kind: 'empty' } }],
    [
      'finish without a token',
      [role, finish() + done],
      endCauses.complete,
      { status: 'failed', failure: { kind: 'empty' } },
    ],
    ['head alone, then closed', [], endCauses.fin, { status: 'failed', failure: { kind: 'network', code: 'CLOSED' } }],
    [
      'an event that is no JSON',
      [...words, 'data: {oops\n\n', finish() + done],
      endCauses.complete,
      { status: 'failed', failure: { kind: 'protocol' } },
    ],
    ['a bad chunk size', words, endCauses.protocol, { status: 'failed', failure: { kind: 'protocol' } }],
    [
      'an error inside',
      [...words, event({ error: { message: 'out of memory' } })],
      endCauses.complete,
      { status: 'failed', failure: { kind: 'in-band', message: 'out of memory' } },
    ],
    ['aborted by nobody', words, endCauses.aborted, { status: 'cancelled', reason: 'run-end' }],
  ] as const)('%s', (_, pieces, cause, outcome) => {
    const seen = record([...pieces], {}, cause);
    expect(seen.outcome).toMatchObject(outcome);
    if (outcome.status !== 'completed') expect(seen.outcome).not.toHaveProperty('finishReason');
  });

  it('keeps the tokens of an answer that failed half-way', () => {
    for (const cause of [endCauses.fin, endCauses.reset, endCauses.protocol, endCauses.aborted]) {
      const { chunks, output } = record([...words], {}, cause);
      expect(Array.from(chunks.tokens)).toEqual([1, 1]);
      expect(output.total).toBe(2);
    }
  });

  it.each([
    [endCauses.connectFailed, 'ECONNREFUSED', { kind: 'network', code: 'ECONNREFUSED' }],
    [
      endCauses.connectFailed,
      'ENOTFOUND: getaddrinfo host',
      { kind: 'network', code: 'ENOTFOUND', detail: 'getaddrinfo host' },
    ],
    [endCauses.tlsFailed, 'DEPTH_ZERO_SELF_SIGNED_CERT', { kind: 'network', code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }],
    [endCauses.tlsFailed, 'handshake broke', { kind: 'network', code: 'TLS', detail: 'handshake broke' }],
    [endCauses.fin, '', { kind: 'network', code: 'CLOSED' }],
    [endCauses.reset, 'EPIPE', { kind: 'network', code: 'EPIPE' }],
    [endCauses.protocol, 'bad status line', { kind: 'protocol', detail: 'bad status line' }],
  ])('without a head: cause %i, %s', (cause, detail, failure) => {
    const b = bench();
    b.connecting(0, 0);
    b.end(0, 5, cause, detail);
    expect(b.records[0]?.outcome).toEqual({ status: 'failed', failure });
    expect(b.records[0]).not.toHaveProperty('sentAt');
    expect(b.records[0]).not.toHaveProperty('firstByteAt');
  });

  it('takes a connection that timed out for a timeout', () => {
    const b = bench();
    b.connecting(0, 0);
    b.end(0, 5, endCauses.connectFailed, 'ETIMEDOUT');
    expect(b.records[0]?.outcome).toEqual({ status: 'timeout', phase: 'connect' });
  });
});

describe('a response without success', () => {
  function refused(status: number, headers = '', body = '{"error":"no"}') {
    const b = bench({ secrets: ['s3cret-key'] });
    b.sent(0, 0);
    b.head(0, 5, status, headers);
    b.body(0, 6, body);
    b.end(0, 7);
    const [seen] = b.records;
    return seen?.outcome.status === 'failed' ? seen.outcome.failure : undefined;
  }

  it.each([
    [401, '', { kind: 'http', httpStatus: 401, body: '{"error":"no"}' }],
    [307, 'location: /x', { kind: 'http', httpStatus: 307, body: '{"error":"no"}' }],
    [503, '', { kind: 'http', httpStatus: 503, body: '{"error":"no"}' }],
    [503, 'Retry-After: 2', { kind: 'throttled', httpStatus: 503, retryAfterSeconds: 2, body: '{"error":"no"}' }],
    [429, '', { kind: 'throttled', httpStatus: 429, body: '{"error":"no"}' }],
    [429, 'retry-after: 0.25', { kind: 'throttled', httpStatus: 429, retryAfterSeconds: 0.25, body: '{"error":"no"}' }],
    [
      429,
      'retry-after-ms: 1500\r\nretry-after: 2',
      { kind: 'throttled', httpStatus: 429, retryAfterSeconds: 1.5, body: '{"error":"no"}' },
    ],
    [
      529,
      'date: Wed, 21 Oct 2026 07:28:00 GMT\r\nretry-after: Wed, 21 Oct 2026 07:28:30 GMT',
      { kind: 'throttled', httpStatus: 529, retryAfterSeconds: 30, body: '{"error":"no"}' },
    ],
    [429, 'retry-after: soon', { kind: 'throttled', httpStatus: 429, body: '{"error":"no"}' }],
  ])('%i %s', (status, headers, failure) => {
    expect(refused(status, headers)).toEqual(failure);
  });

  it('keeps the beginning of the body, without secrets', () => {
    const failure = refused(401, '', `invalid key s3cret-key ${'x'.repeat(10_000)}`);
    expect(failure).toMatchObject({ kind: 'http', httpStatus: 401 });
    const body = failure && 'body' in failure ? (failure.body ?? '') : '';
    expect(body).toMatch(/^invalid key \[redacted\] x+$/);
    expect(body.length).toBe(2000);
  });

  it('passes over interim responses', () => {
    const b = bench();
    b.sent(0, 0);
    b.head(0, 5, 100, '');
    b.head(0, 9, 200);
    b.body(0, 10, token('a') + finish() + done);
    b.end(0, 11);
    expect(b.records[0]).toMatchObject({ firstByteAt: 5 * ms, outcome: { status: 'completed' } });
  });
});

describe('an answer that was not streamed', () => {
  const answer = JSON.stringify({
    choices: [{ message: { content: 'one two three four five six seven eight nine' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 5, completion_tokens: 9 },
  });

  it.each(['content-type: application/json', 'x: y', 'content-type: text/plain'])(
    'is told by its body (%s)',
    (headers) => {
      const b = bench();
      b.sent(0, 0);
      b.head(0, 50, 200, headers);
      b.body(0, 60, `\n ${answer.slice(0, 30)}`);
      b.body(0, 70, answer.slice(30));
      b.end(0, 71);
      expect(b.records[0]).toMatchObject({
        outcome: { status: 'completed', buffered: true, finishReason: 'stop' },
        output: { total: 9, totalSource: 'usage' },
      });
      expect(b.records[0]?.outcome).not.toHaveProperty('withoutDone');
      expect(Array.from(b.records[0]!.chunks.at)).toEqual([70 * ms]);
      expect(Array.from(b.records[0]!.chunks.tokens)).toEqual([9]);
    },
  );

  it('may be a stream that calls itself JSON', () => {
    const b = bench();
    b.sent(0, 0);
    b.head(0, 50, 200, 'content-type: application/json');
    b.body(0, 60, token('a'));
    b.body(0, 70, finish() + done);
    b.end(0, 71);
    expect(b.records[0]?.outcome).toEqual({ status: 'completed', finishReason: 'stop' });
  });

  it('is a protocol failure as a web page or as broken JSON, truncated when cut', () => {
    const cases = [
      [
        'content-type: text/html; charset=utf-8',
        '<html>',
        endCauses.complete,
        { status: 'failed', failure: { kind: 'protocol' } },
      ],
      [
        'content-type: application/json',
        '{"choices": [',
        endCauses.complete,
        { status: 'failed', failure: { kind: 'protocol' } },
      ],
      ['content-type: application/json', '{"choices": [', endCauses.fin, { status: 'truncated', cause: 'fin' }],
    ] as const;
    for (const [headers, body, cause, outcome] of cases) {
      const b = bench();
      b.sent(0, 0);
      b.head(0, 50, 200, headers);
      b.body(0, 60, body);
      b.end(0, 61, cause);
      expect(b.records[0]?.outcome).toMatchObject(outcome);
    }
  });

  it('is an in-band error when it is one', () => {
    const b = bench();
    b.sent(0, 0);
    b.head(0, 50, 200, 'content-type: application/json');
    b.body(0, 60, '{"error":{"message":"no such model"}}');
    b.end(0, 61);
    expect(b.records[0]?.outcome).toEqual({ status: 'failed', failure: { kind: 'in-band', message: 'no such model' } });
  });
});

describe('timeouts', () => {
  const timeouts = {
    connect: milliseconds(100),
    firstToken: milliseconds(1000),
    betweenTokens: milliseconds(500),
    total: seconds(10),
  };

  it('tells the worker once and waits for the end', () => {
    const b = bench({ timeouts });
    b.sent(0, 0);
    b.assembler.tick(milliseconds(1000));
    expect(b.aborts).toEqual([]);
    b.assembler.tick(milliseconds(1001));
    b.assembler.tick(milliseconds(1020));
    expect(b.aborts).toEqual([[0, 'first-token']]);
    expect(b.records).toEqual([]);
    b.end(0, 1025, endCauses.aborted);
    expect(b.records[0]?.outcome).toEqual({ status: 'timeout', phase: 'first-token' });
  });

  it.each([
    ['connect', (b: ReturnType<typeof bench>) => b.connecting(0, 0), 101],
    [
      'between-tokens',
      (b: ReturnType<typeof bench>) => {
        b.sent(0, 0);
        b.head(0, 10);
        b.body(0, 20, token('a'));
        // Neither a comment nor an event without a token keeps it alive.
        b.body(0, 500, ': ping\n\n');
        b.body(0, 510, role);
      },
      521,
    ],
    [
      'total',
      (b: ReturnType<typeof bench>) => {
        b.sent(0, 0);
        b.head(0, 10);
        for (let at = 20; at < 9_900; at += 400) b.body(0, at, token('a'));
      },
      10_001,
    ],
  ] as const)('%s', (phase, play, at) => {
    const b = bench({ timeouts });
    play(b);
    b.assembler.tick(milliseconds(at - 1));
    expect(b.aborts).toEqual([]);
    b.assembler.tick(milliseconds(at));
    expect(b.aborts).toEqual([[0, phase]]);
    b.end(0, at, endCauses.aborted);
    expect(b.records[0]?.outcome).toEqual({ status: 'timeout', phase });
  });

  it('what completed before the worker heard of it is completed', () => {
    const b = bench({ timeouts });
    b.sent(0, 0);
    b.head(0, 10);
    b.assembler.tick(milliseconds(1001));
    b.body(0, 1001, token('a') + finish() + done);
    b.end(0, 1002);
    expect(b.records[0]?.outcome).toEqual({ status: 'completed', finishReason: 'stop' });
  });

  it('an answer that is whole but never closed is completed', () => {
    const b = bench({ timeouts });
    b.sent(0, 0);
    b.head(0, 10);
    b.body(0, 20, token('a') + finish() + done);
    b.assembler.tick(milliseconds(521));
    expect(b.aborts).toHaveLength(1);
    b.end(0, 525, endCauses.aborted);
    expect(b.records[0]?.outcome).toEqual({ status: 'completed', finishReason: 'stop' });
  });

  it('a worker that never obeys is given up; the request ends all the same', () => {
    const b = bench({ timeouts });
    b.sent(0, 0);
    b.assembler.tick(milliseconds(1001));
    b.assembler.tick(milliseconds(6001));
    expect(b.records).toEqual([]);
    b.assembler.tick(milliseconds(6002));
    expect(b.records[0]?.outcome).toEqual({ status: 'timeout', phase: 'first-token' });
  });
});

describe('the end of a run', () => {
  it('cancels what is open and keeps its tokens: censoring by the run, or the will of the user', () => {
    for (const reason of ['run-end', 'user'] as const) {
      const b = bench();
      b.sent(0, 0);
      b.head(0, 10);
      b.body(0, 20, token('a'));
      b.assembler.cancelAll(reason, milliseconds(30));
      expect(b.aborts).toEqual([[0, reason]]);
      b.end(0, 31, endCauses.aborted);
      expect(b.records[0]?.outcome).toEqual({ status: 'cancelled', reason });
      expect(b.records[0]?.output.total).toBe(1);
      expect(b.assembler.live()).toMatchObject({ cancelled: 1, failed: 0 });
    }
  });

  it('a timeout that came first stays a timeout', () => {
    const b = bench({ timeouts: { firstToken: milliseconds(10) } });
    b.sent(0, 0);
    b.assembler.tick(milliseconds(11));
    b.assembler.cancelAll('run-end', milliseconds(12));
    b.end(0, 13, endCauses.aborted);
    expect(b.aborts).toEqual([[0, 'first-token']]);
    expect(b.records[0]?.outcome).toEqual({ status: 'timeout', phase: 'first-token' });
  });

  it('records what never left', () => {
    const b = bench();
    b.assembler.drop([3, 4], 'the run was stopped');
    b.assembler.drop([4], 'again');
    expect(b.records.map(({ id, outcome, scheduledAt }) => [id, outcome, scheduledAt])).toEqual([
      [3, { status: 'dropped', reason: 'the run was stopped' }, 3 * ms],
      [4, { status: 'dropped', reason: 'the run was stopped' }, 4 * ms],
    ]);
    expect(b.assembler.live()).toMatchObject({ dropped: 2, failed: 2, sent: 0 });
  });

  it('salvages what a dead worker had', () => {
    const b = bench();
    b.sent(0, 0);
    b.head(0, 10);
    b.body(0, 20, token('a') + token('b'));
    b.sent(1, 0);
    b.head(1, 10);
    b.body(1, 20, token('whole') + finish() + done);
    b.assembler.finishLost([0, 1, 2], 'worker lost', milliseconds(40));
    expect(b.records.map(({ outcome, output }) => [outcome, output.total])).toEqual([
      [{ status: 'failed', failure: { kind: 'network', code: 'CLIENT_LOST', detail: 'worker lost' } }, 2],
      [{ status: 'completed', finishReason: 'stop' }, 1],
      [{ status: 'dropped', reason: 'worker lost' }, undefined],
    ]);
  });
});
