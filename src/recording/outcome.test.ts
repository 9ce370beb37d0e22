import { describe, expect, it } from 'vitest';
import { bench, done, event, finish, ms, record, role, token } from '../../test/recording/assembler-bench.ts';
import { endCauses } from '../core/tape.ts';

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
