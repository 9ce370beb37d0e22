import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyPolicy, anyRecord, recordOf } from '../../test/metrics/any-record.ts';
import type { RequestRecord } from '../core/record.ts';
import { milliseconds, nanoseconds, perSecond, seconds } from '../core/units.ts';
import { AnswerReader } from './answer.ts';
import { defaultPolicy, type ScorePolicy } from './policy.ts';
import { requestMetrics } from './request-metrics.ts';
import { runMetrics } from './run-metrics.ts';
import { scoreRun } from './score.ts';

function measured(kind: string, record: RequestRecord, policy: Partial<ScorePolicy> = {}): number | undefined {
  const metric = requestMetrics.get(kind);
  if (metric.per !== 'request') throw new Error(`${kind} has no value per request`);
  return metric.of(new AnswerReader({ ...defaultPolicy, ...policy }).read(record));
}

/** Scheduled at 1 s, sent 2 ms later; a hidden thought, then three chunks of the answer. */
const sample: RequestRecord = recordOf(
  [
    [1100, 2],
    [1150, 1],
    [1400, 3],
    [1450, 2],
  ],
  {
    scheduledAt: seconds(1),
    sentAt: milliseconds(1002),
    firstByteAt: milliseconds(1050),
    chunks: {
      at: [1100, 1150, 1400, 1450].map(milliseconds),
      tokens: [2, 1, 3, 2],
      kind: [1, 0, 0, 0],
      bytes: [1, 1, 1, 1],
      read: [0, 1, 2, 3],
    },
  },
);

const values: [kind: string, expected: number | undefined, policy?: Partial<ScorePolicy>][] = [
  ['ttft', 100],
  ['ttft', 98, { from: 'sent' }],
  ['ttft', 150, { channel: 'visible' }],
  ['ttft-scheduled', 100, { from: 'sent' }],
  ['ttft-sent', 98],
  ['ttft-visible', 150],
  ['ttfb', 48],
  ['e2e', 450],
  ['e2e-sent', 448],
  ['e2e-scheduled', 450, { from: 'sent' }],
  ['normalized-latency', 450 / 8],
  ['tpot', 350 / 6],
  ['tpot', 350 / 7, { tpot: 'paper' }],
  ['tpot', 300 / 5, { channel: 'visible' }],
  ['decode-rate', 6 / 0.35],
  // 100 ms after the first token is due at 2 s − so nothing is late.
  ['fluidity', 1],
  ['longest-stall', 0],
  ['first-stall-position', undefined],
  ['slack-banked', 900],
  ['slack-banked', undefined, { ignoreFirstToken: true }],
  // Without the first token: due 1150, 1200, 1250 for tokens 1 to 3; token 3 comes at 1400.
  ['fluidity', 6 / 10, { ignoreFirstToken: true }],
  ['deadline-miss-rate', 4 / 10, { ignoreFirstToken: true }],
  ['longest-stall', 250, { ignoreFirstToken: true }],
  ['max-lateness', 150, { ignoreFirstToken: true }],
  ['first-stall-position', 3, { ignoreFirstToken: true }],
  ['longest-gap', 250],
  ['tokens-per-chunk', 2],
  ['output-tokens', 8],
  ['prompt-tokens', 100],
  ['send-lateness', 2],
  // Read at 10 tokens/s from 1100: token i is due at 1100 + 100 i, the last of them long there.
  ['playback-stalls', 0, { pace: perSecond(10) }],
  ['required-startup-delay', 0, { pace: perSecond(10) }],
  // At 20 tokens/s token 3 is due at 1250 and comes at 1400.
  ['playback-stalls', 1],
  ['playback-stalled', 150],
  ['rebuffer-ratio', 150 / 500],
  ['required-startup-delay', 150],
  ['playback-stalls', 0, { playbackDelay: milliseconds(150) }],
  ['above-prefill-curve', undefined],
  [
    'above-prefill-curve',
    100 - 30,
    { prefillDeadline: { kind: 'curve', a: 1e7, b: 1e5, c: 1e3, slack: seconds(1), from: 1, to: 200, id: 'x' } },
  ],
];

describe('request metrics', () => {
  for (const [kind, expected, policy] of values) {
    it(`${kind} ${JSON.stringify(policy ?? {})}`, () => {
      const value = measured(kind, sample, policy);
      if (expected === undefined) expect(value).toBeUndefined();
      else expect(value).toBeCloseTo(expected, 9);
    });
  }

  it('has Andes’ published examples of QoE', () => {
    const pace = { pace: perSecond(5), expectedTtft: seconds(1) };
    const delivered = (...times: number[]) => recordOf(times.map((time) => [time * 1000, 1] as const));
    expect(measured('qoe', delivered(0.5, 0.6, 0.7, 0.8, 2.8), pace)).toBeCloseTo(0.875, 3);
    expect(measured('qoe', delivered(1, 1.2, 3.2, 3.4, 3.6), pace)).toBeCloseTo(0.565, 3);
    expect(measured('qoe', delivered(0.1, 0.1, 0.1), pace)).toBe(1);
  });

  it('has the exact minimum deadline', () => {
    const record = recordOf([100, ...Array.from({ length: 9 }, (_, i) => 120 + 20 * i), 400].map((at) => [at, 1]));
    expect(measured('minimum-decode-deadline', record)).toBeCloseTo(27.272728, 6);
  });

  it('spreads the tokens of a chunk under even, and keeps the first chunk together', () => {
    const record = recordOf([
      [100, 3],
      [400, 3],
    ]);
    expect(measured('longest-gap', record, { chunks: 'even' })).toBe(100);
    expect(measured('longest-gap', record, { chunks: 'burst' })).toBe(300);
    expect(measured('ttft', record, { chunks: 'even' })).toBe(100);
  });

  it('never is NaN, infinite or negative where it cannot be, whatever was recorded', () => {
    const signed = new Set(['above-prefill-curve']);
    fc.assert(
      fc.property(anyRecord, anyPolicy, (record, policy) => {
        const answer = new AnswerReader(policy).read(record);
        for (const metric of requestMetrics.all) {
          if (metric.per !== 'request') continue;
          const value = metric.of(answer);
          if (value === undefined) continue;
          expect(Number.isFinite(value), `${metric.kind} is ${value}`).toBe(true);
          if (!signed.has(metric.kind)) expect(value, metric.kind).toBeGreaterThanOrEqual(0);
          if (metric.unit === 'share' || metric.kind === 'fluidity' || metric.kind === 'qoe') {
            expect(value, metric.kind).toBeLessThanOrEqual(1);
          }
        }
      }),
      { numRuns: 300 },
    );
  }, 60_000);
});

describe('a whole run', () => {
  /** Every number in a summary, with its path. */
  function numbersIn(value: unknown, path: string): [string, number][] {
    if (typeof value === 'number') return [[path, value]];
    if (value === null || typeof value !== 'object') return [];
    return Object.entries(value).flatMap(([key, each]) => numbersIn(each, `${path}.${key}`));
  }

  it('has only finite numbers, whatever was recorded', () => {
    fc.assert(
      fc.property(fc.array(anyRecord, { maxLength: 12 }), anyPolicy, (records, policy) => {
        const summary = scoreRun(records, policy);
        for (const [path, value] of numbersIn(summary, 'summary')) expect(Number.isFinite(value), path).toBe(true);
        expect(JSON.parse(JSON.stringify(summary))).toEqual(summary);
        expect(summary.metrics.map(({ id }) => id)).toEqual([...runMetrics.kinds, ...requestMetrics.kinds]);
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  it('names every metric once over both registries', () => {
    const kinds = [...requestMetrics.kinds, ...runMetrics.kinds];
    expect(new Set(kinds).size).toBe(kinds.length);
    for (const metric of [...requestMetrics.all, ...runMetrics.all]) expect(metric.summary).not.toBe('');
  });

  it('is the same from a generator as from an array, and ignores the order of records', () => {
    fc.assert(
      fc.property(fc.array(anyRecord, { minLength: 1, maxLength: 10 }), (records) => {
        const once = scoreRun(records, defaultPolicy);
        const again = scoreRun(
          (function* () {
            yield* records;
          })(),
          defaultPolicy,
        );
        expect(again).toEqual(once);
      }),
      { numRuns: 30 },
    );
  }, 60_000);

  it('counts only what was scheduled in the measured phase', () => {
    const cold = recordOf([[5000, 1]], { phase: 'warmup' });
    const warm = recordOf([[100, 1]], { id: 1, endedAt: nanoseconds(1e8) });
    const summary = scoreRun([cold, warm], defaultPolicy);
    expect(summary.requests).toMatchObject({ scheduled: 1, completed: 1, unmeasured: 1 });
    expect(summary.metrics.find(({ id }) => id === 'ttft')?.max).toBe(100);
  });
});
