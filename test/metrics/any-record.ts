import fc from 'fast-check';
import { type Chunks, type Outcome, phases, type RequestRecord, tokenSources } from '../../src/core/record.ts';
import { milliseconds, type Nanoseconds, nanoseconds } from '../../src/core/units.ts';
import { defaultPolicy, type ScorePolicy } from '../../src/metrics/policy.ts';

/** A record of the given chunks, `[arrival in ms, tokens]`, scheduled and sent at 0 unless told. */
export function recordOf(
  arrivals: readonly (readonly [number, number])[],
  more: Partial<RequestRecord> = {},
): RequestRecord {
  const at = arrivals.map(([ms]) => milliseconds(ms));
  const tokens = arrivals.map(([, count]) => count);
  const total = tokens.reduce((sum, count) => sum + count, 0);
  return {
    id: 0,
    phase: 'measure',
    scheduledAt: nanoseconds(0),
    sentAt: nanoseconds(0),
    endedAt: at[at.length - 1] ?? nanoseconds(0),
    prompt: { local: 100 },
    output: { total, totalSource: 'usage', chunkSource: 'continuous-usage' },
    chunks: {
      at,
      tokens,
      kind: at.map(() => 0),
      bytes: at.map(() => 20),
      read: at.map((_, i) => i),
    },
    outcome: { status: 'completed' },
    ...more,
  };
}

const outcome: fc.Arbitrary<Outcome> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Outcome>({ status: 'completed', finishReason: 'stop' }) },
  fc.constant<Outcome>({ status: 'completed', buffered: true }),
  fc.constant<Outcome>({ status: 'failed', failure: { kind: 'http', httpStatus: 503, body: 'busy' } }),
  fc.constant<Outcome>({ status: 'failed', failure: { kind: 'in-band', message: 'out of memory' } }),
  fc.constant<Outcome>({ status: 'failed', failure: { kind: 'empty' } }),
  fc.constant<Outcome>({ status: 'truncated', cause: 'reset' }),
  fc.constant<Outcome>({ status: 'timeout', phase: 'between-tokens' }),
  fc.constant<Outcome>({ status: 'cancelled', reason: 'run-end' }),
  fc.constant<Outcome>({ status: 'dropped', reason: 'limit' }),
);

const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });

/** Without the keys whose value is undefined. */
const present = <T extends object>(value: { [Key in keyof T]: T[Key] | undefined }): T =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as T;

const chunk = fc.record({
  wait: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 100_000_000 }), fc.integer({ min: 0, max: 20_000_000_000 })),
  tokens: fc.oneof(fc.constant(1), fc.integer({ min: 0, max: 6 })),
  kind: fc.integer({ min: 0, max: 3 }),
});

function chunksFrom(start: number, list: readonly { wait: number; tokens: number; kind: number }[]): Chunks {
  let now = start;
  const at = list.map(({ wait }) => {
    now += wait;
    return now;
  });
  return {
    at,
    tokens: list.map(({ tokens, kind }) => (kind === 3 ? 0 : tokens)),
    kind: list.map(({ kind }) => kind),
    bytes: list.map(() => 10),
    read: list.map((_, i) => i),
  };
}

/** Any record a run could write, and many it should not: chunks without a send, totals that disagree. */
export const anyRecord: fc.Arbitrary<RequestRecord> = fc
  .record({
    id: fc.nat(1000),
    phase: fc.constantFrom(...phases, 'measure' as const, 'measure' as const),
    scheduledAt: fc.integer({ min: 0, max: 60_000_000_000 }),
    lateness: optional(fc.integer({ min: 0, max: 5_000_000 })),
    list: fc.array(chunk, { maxLength: 30 }),
    after: optional(fc.integer({ min: 0, max: 1_000_000_000 })),
    prompt: fc
      .record({ asked: optional(fc.nat(4000)), reported: optional(fc.nat(4000)), cached: optional(fc.nat(4000)) })
      .map((prompt) => present<RequestRecord['prompt']>(prompt)),
    total: optional(fc.nat(60)),
    asked: optional(fc.nat(60)),
    source: fc.constantFrom(...tokenSources),
    outcome,
    resends: optional(fc.constant(1)),
  })
  .map(({ lateness, list, after, total, asked, source, scheduledAt, resends, ...same }) => {
    const chunks = chunksFrom(scheduledAt + (lateness ?? 0), list);
    const last = chunks.at[chunks.at.length - 1] ?? scheduledAt + (lateness ?? 0);
    return present<RequestRecord>({
      ...same,
      scheduledAt: scheduledAt as Nanoseconds,
      sentAt: lateness === undefined ? undefined : ((scheduledAt + lateness) as Nanoseconds),
      firstByteAt: chunks.at[0] as Nanoseconds | undefined,
      endedAt: after === undefined ? undefined : ((last + after) as Nanoseconds),
      session: undefined,
      resends,
      serverTiming: undefined,
      text: undefined,
      output: present<RequestRecord['output']>({
        total,
        asked,
        totalSource: total === undefined ? undefined : source,
        chunkSource: source,
        reported: undefined,
        reportedReasoning: undefined,
      }),
      chunks,
    });
  });

/** Any policy a user could ask for. */
export const anyPolicy: fc.Arbitrary<ScorePolicy> = fc
  .record({
    decodeDeadline: fc.integer({ min: 1, max: 500_000_000 }),
    prefillDeadline: fc.oneof(
      fc.integer({ min: 0, max: 5_000_000_000 }).map((deadline) => ({ kind: 'constant' as const, deadline })),
      fc.constant({ kind: 'curve' as const, a: 1e7, b: 1e5, c: 3, slack: 3e8, from: 10, to: 3000, id: 'test' }),
    ),
    fluidFrom: fc.constantFrom(0, 0.5, 0.9, 0.99, 1),
    fluidShare: fc.constantFrom(0.5, 0.9, 0.99),
    ignoreFirstToken: fc.boolean(),
    slackCap: optional(fc.integer({ min: 0, max: 1_000_000_000 })),
    chunks: fc.constantFrom<ScorePolicy['chunks']>('burst', 'chunk', 'even'),
    ties: fc.constantFrom<ScorePolicy['ties']>('paper', 'strict'),
    channel: fc.constantFrom<ScorePolicy['channel']>('any', 'visible'),
    from: fc.constantFrom<ScorePolicy['from']>('scheduled', 'sent'),
    tpot: fc.constantFrom<ScorePolicy['tpot']>('after-first-chunk', 'paper'),
    dialect: fc.constantFrom<ScorePolicy['dialect']>('metron', 'etalon'),
  })
  .map((some) => ({ ...defaultPolicy, ...present<Partial<ScorePolicy>>(some as Partial<ScorePolicy>) }) as ScorePolicy);

/** Gaps of one answer, `[first-token time, gap, …]`, ns; ties and zeros are common. */
export const anyGaps: fc.Arbitrary<number[]> = fc.array(
  fc.oneof(
    fc.constant(0),
    fc.integer({ min: 0, max: 20 }).map((steps) => steps * 10_000_000),
    fc.integer({ min: 0, max: 200_000_000 }),
    fc.integer({ min: 0, max: 10_000_000_000 }),
  ),
  { minLength: 1, maxLength: 60 },
);
