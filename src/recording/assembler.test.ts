import { describe, expect, it } from 'vitest';
import {
  bench,
  done,
  event,
  finish,
  kinds,
  ms,
  record,
  role,
  token,
  usage,
} from '../../test/recording/assembler-bench.ts';
import { endCauses, tapeFlags, tapeKinds } from '../core/tape.ts';
import { milliseconds, seconds } from '../core/units.ts';

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
