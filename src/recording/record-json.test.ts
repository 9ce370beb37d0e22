import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunkKinds, type Outcome, type RequestRecord } from '../core/record.ts';
import { nanoseconds } from '../core/units.ts';
import { recordFromJson, recordToJson } from './record-json.ts';

const time = fc.integer({ min: 0, max: 9e15 }).map(nanoseconds);
const count = fc.integer({ min: 0, max: 5e6 });
const absent = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

const outcomes: fc.Arbitrary<Outcome> = fc.oneof(
  fc.record({ status: fc.constant('completed' as const), finishReason: fc.constantFrom('stop', 'length') }),
  fc.constant({ status: 'completed', buffered: true, withoutDone: true } as const),
  fc.record({
    status: fc.constant('failed' as const),
    failure: fc.record({ kind: fc.constant('http' as const), httpStatus: fc.integer(), body: fc.string() }),
  }),
  fc.constant({ status: 'truncated', cause: 'fin', detail: 'ü\n"' } as const),
  fc.constant({ status: 'timeout', phase: 'between-tokens' } as const),
  fc.constant({ status: 'cancelled', reason: 'run-end' } as const),
  fc.constant({ status: 'dropped', reason: 'never sent' } as const),
);

const chunk = fc.record({
  gap: fc.integer({ min: 0, max: 4e12 }),
  tokens: count,
  kind: fc.nat({ max: chunkKinds.length - 1 }),
  bytes: count,
  newRead: fc.nat({ max: 2 }),
  delay: count,
});

const records: fc.Arbitrary<RequestRecord> = fc
  .record({
    id: fc.nat(),
    session: absent(fc.nat()),
    phase: fc.constantFrom('warmup' as const, 'measure' as const, 'drain' as const),
    scheduledAt: time,
    sentAt: absent(time),
    resends: absent(fc.constant(1)),
    firstByteAt: absent(time),
    endedAt: absent(time),
    prompt: fc.constantFrom({}, { asked: 10, local: 11, reported: 12, cached: 3 }),
    output: fc.constantFrom({}, { asked: 5, total: 4, totalSource: 'usage' as const, chunkSource: 'chunk' as const }),
    outcome: outcomes,
    serverTiming: absent(fc.constant({ prompt_ms: 1.5 })),
    text: absent(fc.string({ unit: 'grapheme' })),
    chunks: fc.array(chunk, { maxLength: 20 }),
    withDelay: fc.boolean(),
  })
  .map(({ chunks, withDelay, ...rest }) => {
    let at = 0;
    let read = 0;
    const columns = chunks.map((entry) => {
      at += entry.gap;
      read += entry.newRead;
      return { ...entry, at, read };
    });
    const record = {
      ...rest,
      chunks: {
        at: columns.map((c) => c.at),
        tokens: columns.map((c) => c.tokens),
        kind: columns.map((c) => c.kind),
        bytes: columns.map((c) => c.bytes),
        read: columns.map((c) => c.read),
        ...(withDelay && { clientDelay: columns.map((c) => c.delay) }),
      },
    };
    return Object.fromEntries(Object.entries(record).filter(([, v]) => v !== undefined)) as unknown as RequestRecord;
  });

/** The same record with plain arrays for columns. */
function plain(record: RequestRecord): RequestRecord {
  const columns = Object.entries(record.chunks).map(([key, values]) => [key, Array.from(values as ArrayLike<number>)]);
  return { ...record, chunks: Object.fromEntries(columns) };
}

describe('a record as a line of JSON', () => {
  it('comes back as it was, in one line', () => {
    fc.assert(
      fc.property(records, (record) => {
        const line = recordToJson(record);
        expect(line).not.toContain('\n');
        expect(plain(recordFromJson(line))).toEqual(record);
      }),
    );
  });

  it('leaves out what is absent and carries units in its keys', () => {
    const line = recordToJson({
      id: 3,
      phase: 'measure',
      scheduledAt: nanoseconds(5e9),
      sentAt: nanoseconds(5_000_001_000),
      prompt: { asked: 7 },
      output: {},
      chunks: { at: [6e9, 6_050_000_000], tokens: [0, 2], kind: [3, 0], bytes: [90, 120], read: [0, 1] },
      outcome: { status: 'completed', finishReason: 'stop' },
    });
    expect(JSON.parse(line)).toEqual({
      v: 1,
      id: 3,
      phase: 'measure',
      scheduled_ns: 5e9,
      sent_ns: 5_000_001_000,
      outcome: { status: 'completed', finishReason: 'stop' },
      prompt: { asked: 7 },
      output: {},
      chunks: {
        at_delta_ns: [6e9, 5e7],
        tokens: [0, 2],
        kind: 'oc',
        bytes: [90, 120],
        read_delta: [0, 1],
      },
    });
  });

  it.each([
    ['{"v":2}', /newer metron \(record version 2/],
    ['{"hello":1}', /not a metron record/],
    ['[1]', /not an object/],
    ['{"v":1,"id":1,"phase":"later","scheduled_ns":0}', /no id, phase/],
    ['{"v":1,"id":1,"phase":"measure","scheduled_ns":0,"outcome":{"status":"dropped"}}', /no chunks/],
    [
      '{"v":1,"id":1,"phase":"measure","scheduled_ns":0,"outcome":{"status":"dropped"},' +
        '"chunks":{"at_delta_ns":[1],"tokens":[],"bytes":[1],"read_delta":[1],"kind":"c"}}',
      /chunks.tokens has a wrong length/,
    ],
  ])('refuses %s', (line, problem) => {
    expect(() => recordFromJson(line)).toThrow(problem);
  });
});
