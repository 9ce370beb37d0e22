import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { RequestRecord } from '../../src/core/record.ts';
import { nanoseconds, nanosecondsPerMillisecond, nanosecondsPerSecond, seconds } from '../../src/core/units.ts';
import {
  acceptanceCurve,
  defaultPolicy,
  fluidity,
  minimumDecodeDeadline,
  type ScorePolicy,
  scoreRun,
  timelineFromGaps,
} from '../../src/metrics/index.ts';

interface Golden {
  readonly cases: readonly GoldenCase[];
  readonly aggregates: readonly GoldenAggregate[];
}

interface GoldenCase {
  readonly kind: string;
  readonly interTokenTimes: readonly number[];
  readonly prefillDeadline: number;
  readonly decodeDeadline: number;
  readonly ignoreFirstToken: boolean;
  readonly targetMissRate: number;
  readonly expected: {
    readonly missRate: number;
    readonly missedDeadlines: number;
    readonly totalDeadlines: number;
    readonly fluidityIndex: number;
    readonly minDecodeDeadline: number | null;
  };
}

interface GoldenAggregate {
  readonly requests: readonly (readonly number[])[];
  readonly expected: {
    readonly tpotBasedThroughput: number;
    readonly tbtBasedThroughput: number;
    readonly fluidTokenGenerationRate: number;
    readonly p99MissRateByDecodeDeadline: readonly (readonly [number, number])[];
  };
}

/** Step of the bisection that found the golden deadlines, with room. */
const deadlineTolerance = 3e-4;

const path = process.env['METRON_GOLDEN'] ?? new URL('fluidity.json', import.meta.url);
const golden = JSON.parse(readFileSync(path, 'utf8')) as Golden;

const inNanoseconds = (times: readonly number[]): number[] => times.map((time) => seconds(time));

function recordOf(interTokenTimes: readonly number[], id: number): RequestRecord {
  let now = 0;
  const at = inNanoseconds(interTokenTimes).map((gap) => {
    now += gap;
    return now;
  });
  return {
    id,
    phase: 'measure',
    scheduledAt: nanoseconds(0),
    sentAt: nanoseconds(0),
    endedAt: nanoseconds(now),
    prompt: {},
    output: { total: at.length, totalSource: 'usage', chunkSource: 'chunk' },
    chunks: {
      at,
      tokens: at.map(() => 1),
      kind: at.map(() => 0),
      bytes: at.map(() => 1),
      read: at.map((_, i) => i),
    },
    outcome: { status: 'completed' },
  };
}

const relativelyWithin = (actual: number | undefined, expected: number, tolerance: number): void => {
  expect(Math.abs((actual ?? Number.NaN) / expected - 1)).toBeLessThanOrEqual(tolerance);
};

describe('requests', () => {
  it('has cases to run', () => expect(golden.cases.length).toBeGreaterThan(0));

  for (const [i, { kind, expected, ...given }] of golden.cases.entries()) {
    const policy: ScorePolicy = {
      ...defaultPolicy,
      prefillDeadline: { kind: 'constant', deadline: seconds(given.prefillDeadline) },
      decodeDeadline: seconds(given.decodeDeadline),
      ignoreFirstToken: given.ignoreFirstToken,
      fluidFrom: 1 - given.targetMissRate,
    };
    const timeline = timelineFromGaps(inNanoseconds(given.interTokenTimes));

    it(`case ${i}, ${kind}: deadlines met and missed`, () => {
      const account = fluidity(timeline, policy);
      expect(account.missed).toBe(expected.missedDeadlines);
      expect(account.met + account.missed).toBe(expected.totalDeadlines);
      if (expected.totalDeadlines === 0) expect(account.index).toBeUndefined();
      else {
        expect(account.index).toBeCloseTo(expected.fluidityIndex, 9);
        expect(account.missed / (account.met + account.missed)).toBeCloseTo(expected.missRate, 9);
      }
    });

    it(`case ${i}, ${kind}: minimum decode deadline`, () => {
      const found = minimumDecodeDeadline(timeline, policy);
      if (expected.minDecodeDeadline === null) expect(found).toBe(Number.POSITIVE_INFINITY);
      else {
        expect(Math.abs(found / nanosecondsPerSecond - expected.minDecodeDeadline)).toBeLessThanOrEqual(
          deadlineTolerance,
        );
      }
    });
  }
});

describe('runs, in the dialect of the reference', () => {
  it('has aggregates to run', () => expect(golden.aggregates.length).toBeGreaterThan(0));

  for (const [i, { requests, expected }] of golden.aggregates.entries()) {
    const policy: ScorePolicy = { ...defaultPolicy, dialect: 'etalon' };
    const records = requests.map(recordOf);
    const { metrics } = scoreRun(records, policy);
    const valueOf = (id: string): number | undefined => metrics.find((metric) => metric.id === id)?.value;

    it(`aggregate ${i}: throughput by TPOT and by TBT`, () => {
      relativelyWithin(valueOf('tpot-throughput'), expected.tpotBasedThroughput, 1e-9);
      relativelyWithin(valueOf('tbt-throughput'), expected.tbtBasedThroughput, 1e-9);
    });

    it(`aggregate ${i}: fluid token generation rate`, () => {
      const rate = valueOf('fluid-rate') ?? Number.NaN;
      expect(Math.abs(1 / rate - 1 / expected.fluidTokenGenerationRate)).toBeLessThanOrEqual(deadlineTolerance);
    });

    it(`aggregate ${i}: P99 miss rate by decode deadline`, () => {
      const deadlines = expected.p99MissRateByDecodeDeadline.map(
        ([deadline]) => seconds(deadline) / nanosecondsPerMillisecond,
      );
      const curve = acceptanceCurve(records, policy, deadlines).oneMinusP99MissRate;
      for (const [at, [, missRate]] of expected.p99MissRateByDecodeDeadline.entries()) {
        expect(1 - (curve[at] ?? Number.NaN)).toBeCloseTo(missRate, 9);
      }
    });
  }
});
