import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openaiChat } from '../clients/protocols/openai-chat.ts';
import { openaiCompletions } from '../clients/protocols/openai-completions.ts';
import { outcomeClass, type RequestRecord } from '../core/record.ts';
import { endCauses, TapeReader, TapeWriter, tapeFlags, tapeKinds } from '../core/tape.ts';
import { milliseconds, nanoseconds } from '../core/units.ts';
import { createAssembler } from './assembler.ts';
import { recordFromJson, recordToJson } from './record-json.ts';

const requests = 4;

const pieces = fc.oneof(
  fc.constantFrom(
    'data: {"choices":[{"delta":{"role":"assistant","content":""}}]}\n\n',
    'data: {"choices":[{"delta":{"content":"Hi"}}]}\n\n',
    'data: {"choices":[{"delta":{"reasoning_content":"hm"}}],"usage":{"completion_tokens":3}}\n\n',
    'data: {"choices":[{"delta":{"content":"x"},"token_ids":[1,2]}]}\n\n',
    'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n',
    'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":5}}\n\n',
    'data: {"error":{"message":"no"}}\n\n',
    'data: [DONE]\n\n',
    ': ping\n\n',
    'data: {"choi',
    '{"choices":[{"message":{"content":"whole"},"finish_reason":"stop"}]}',
    '<html>',
    '\r',
    '',
  ),
  fc.string(),
);

const step = fc.record({
  request: fc.nat({ max: requests - 1 }),
  after: fc.integer({ min: -1_000_000, max: 400_000_000 }),
  action: fc.oneof(
    fc.constant({ do: 'connecting' as const }),
    fc.constant({ do: 'sent' as const }),
    fc.record({
      do: fc.constant('head' as const),
      status: fc.constantFrom(100, 200, 200, 200, 302, 401, 429, 503),
      headers: fc.constantFrom(
        '',
        'content-type: text/event-stream',
        'content-type: application/json',
        'retry-after: 3',
      ),
    }),
    fc.record({ do: fc.constant('body' as const), text: pieces, sameRead: fc.boolean(), delay: fc.nat({ max: 3 }) }),
    fc.record({ do: fc.constant('body' as const), text: pieces, sameRead: fc.boolean(), delay: fc.constant(0) }),
    fc.record({ do: fc.constant('end' as const), cause: fc.constantFrom(...Object.values(endCauses)) }),
    fc.constant({ do: 'tick' as const }),
    fc.constant({ do: 'cancel' as const }),
    fc.constant({ do: 'lost' as const }),
  ),
});

/** Plays the steps, whatever sense they make, then ends everything. */
function play(steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[], protocol = openaiChat) {
  const records: RequestRecord[] = [];
  const aborted: number[] = [];
  const assembler = createAssembler({
    decoder: protocol.decoder,
    bufferedAnswer: protocol.bufferedAnswer,
    request: () => ({ scheduledAt: nanoseconds(0), phase: 'measure' }),
    countPieces: (texts) => texts.map((text) => Math.ceil(text.length / 2)),
    timeouts: { connect: milliseconds(500), firstToken: milliseconds(800), betweenTokens: milliseconds(900) },
    keepText: true,
    secrets: [],
    onRecord: (record) => records.push(record),
    onAbort: (request) => aborted.push(request),
  });
  const reader = new TapeReader();
  const tape = new TapeWriter((segment) => reader.addSegment(segment), 1 << 14);
  let now = 0;
  const put = (kind: 1 | 4 | 5 | 6 | 8, id: number, text = '', extra = 0, flags = 0, delay = 0): void => {
    const bytes = Buffer.from(text);
    tape.writeBytes(kind, id, now, now + delay, bytes, 0, bytes.length, extra, flags);
    reader.drain((entry) => assembler.visit(entry));
  };
  for (const { request, after, action } of steps) {
    now = Math.max(0, now + after);
    if (action.do === 'connecting') put(tapeKinds.connecting, request);
    else if (action.do === 'sent') put(tapeKinds.sent, request);
    else if (action.do === 'head')
      put(tapeKinds.head, request, `HTTP/1.1 ${action.status} \r\n${action.headers}\r\n\r\n`, action.status);
    else if (action.do === 'body')
      put(tapeKinds.body, request, action.text, 0, action.sameRead ? tapeFlags.sameRead : 0, action.delay);
    else if (action.do === 'end') put(tapeKinds.end, request, 'detail', action.cause);
    else if (action.do === 'tick') assembler.tick(nanoseconds(now));
    else if (action.do === 'cancel') assembler.cancelAll('user', nanoseconds(now));
    else assembler.finishLost([request], 'lost', nanoseconds(now));
  }
  for (let id = 0; id < requests; id++) put(tapeKinds.end, id, '', endCauses.aborted);
  return { records, aborted, assembler };
}

const isSorted = (values: readonly number[]): boolean =>
  values.every((value, i) => i === 0 || value >= (values[i - 1] ?? 0));

describe('whatever the tape says', () => {
  it.each([openaiChat, openaiCompletions])(
    'each request has one record, whose times and counts make sense ($kind)',
    (protocol) => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
          const { records, aborted, assembler } = play(steps, protocol);
          expect(records.map(({ id }) => id).sort()).toEqual([0, 1, 2, 3]);
          expect(new Set(aborted).size).toBe(aborted.length);
          const { inFlight, completed, failed, cancelled, byClass } = assembler.live();
          expect([inFlight, completed + failed + cancelled]).toEqual([0, requests]);
          expect(Object.values(byClass).reduce((sum, count) => sum + count, 0)).toBe(requests);

          for (const record of records) {
            const { sentAt, firstByteAt, endedAt, chunks, outcome, output } = record;
            const times = [firstByteAt, ...Array.from(chunks.at), endedAt].filter((time) => time !== undefined);
            expect(isSorted(times)).toBe(true);
            if (sentAt !== undefined) expect(endedAt === undefined || endedAt >= sentAt).toBe(true);
            expect(isSorted(Array.from(chunks.read))).toBe(true);
            expect(outcomeClass(outcome).length).toBeGreaterThan(3);
            const tokens = Array.from(chunks.tokens).reduce((sum, count) => sum + count, 0);
            if (outcome.status === 'completed') expect(chunks.at.length).toBeGreaterThan(0);
            if (tokens > 0) expect(output.total).toBeGreaterThan(0);
            expect(recordToJson(recordFromJson(recordToJson(record)))).toBe(recordToJson(record));
          }
        }),
        { numRuns: 300 },
      );
    },
  );
});
