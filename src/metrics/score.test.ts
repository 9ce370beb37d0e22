import { describe, expect, it } from 'vitest';
import { recordOf } from '../../test/metrics/any-record.ts';
import { codes, cutByUs, ended, http503, many, metric, steady } from '../../test/metrics/steady-run.ts';
import type { RequestRecord } from '../core/record.ts';
import { milliseconds, nanoseconds, seconds } from '../core/units.ts';
import { defaultPolicy, type ScorePolicy } from './policy.ts';
import { scoreMetrics, scoreRun } from './score.ts';

const strict: ScorePolicy = { ...defaultPolicy, ignoreFirstToken: true };

describe('how requests end', () => {
  it('never counts a failed request as fluid', () => {
    const records = [...many(9, (id) => steady(id, 20, 20)), steady(9, 0, 0, http503)];
    const summary = scoreRun(records, defaultPolicy);
    expect(summary.headline.fluidShare.value).toBe(0.9);
    expect(summary.headline.errorRate.value).toBe(0.1);
    expect(summary.requests).toMatchObject({ scheduled: 10, completed: 9, failed: 1, censored: 0, errorRate: 0.1 });
    expect(summary.requests.byClass).toEqual([
      { class: 'completed', count: 9, example: 0 },
      { class: 'http 503', count: 1, example: 9, sample: 'busy' },
    ]);
    expect(metric(summary, 'fluidity').min).toBe(0);
    expect(codes(summary)).toContain('conditional-percentiles');
  });

  it('pools one missed deadline for a failed request, and the prefix plus one for a truncated one', () => {
    const records = [
      steady(0, 10, 20),
      steady(1, 5, 20, http503),
      steady(2, 4, 20, ended({ status: 'truncated', cause: 'fin' })),
      steady(3, 3, 20, ended({ status: 'timeout', phase: 'between-tokens' })),
      steady(4, 0, 20, ended({ status: 'dropped', reason: 'limit' })),
      steady(5, 7, 20, cutByUs),
    ];
    const pooled = metric(scoreRun(records, defaultPolicy), 'pooled-miss-rate');
    expect(pooled.value).toBeCloseTo((0 + 1 + 1 + 1 + 1) / (10 + 1 + 5 + 4 + 1), 12);
    expect(pooled.n).toBe(21);
  });

  it('counts an answer without a token as failed, one without a deadline as passed', () => {
    const empty = scoreRun([recordOf([])], defaultPolicy);
    expect(empty.headline.fluidShare.value).toBe(0);
    expect(empty.requests.byClass).toEqual([{ class: 'empty', count: 1, example: 0 }]);
    expect(empty.headline.fluidRate.value).toBeUndefined();
    const single = scoreRun([steady(0, 1, 0)], strict);
    expect(single.headline.fluidShare.value).toBe(1);
    expect(metric(single, 'fluidity')).toMatchObject({ n: 0, undefinedCount: 1 });
    expect(metric(single, 'minimum-decode-deadline').max).toBe(0);
  });

  it('leaves what we cut off out of shares, and makes percentiles lower bounds where it reaches', () => {
    const records = [
      ...many(8, (id) => steady(id, 5, 20)),
      recordOf([], { id: 8, endedAt: seconds(3), ...cutByUs }),
      recordOf([[50, 1]], { id: 9, endedAt: seconds(3), ...cutByUs }),
    ];
    const summary = scoreRun(records, defaultPolicy);
    expect(summary.headline.fluidShare).toMatchObject({ value: 1, n: 8 });
    expect(summary.requests).toMatchObject({ scheduled: 10, censored: 2, errorRate: 0 });
    const ttft = metric(summary, 'ttft');
    expect(ttft.n).toBe(10);
    expect(ttft.percentiles?.find(({ p }) => p === 50)).toMatchObject({ value: 100 });
    expect(ttft.percentiles?.find(({ p }) => p === 50)?.lowerBound).toBeUndefined();
    expect(ttft.percentiles?.find(({ p }) => p === 95)).toMatchObject({ value: 3000, lowerBound: true });
    expect(ttft.max).toBe(100);
    expect(codes(summary)).toContain('censored');
  });
});

describe('fluid rate', () => {
  it('is the order statistic, and may exceed one over TPOT', () => {
    const times = [100, ...Array.from({ length: 9 }, (_, i) => 120 + 20 * i), 400];
    const summary = scoreRun(
      many(100, (id) =>
        recordOf(
          times.map((at) => [at, 1] as const),
          { id },
        ),
      ),
      defaultPolicy,
    );
    expect(summary.headline.fluidRate.value).toBeCloseTo(1e9 / 27_272_728, 9);
    expect(metric(summary, 'tpot-throughput').value).toBeCloseTo(1000 / 30, 9);
    expect(metric(summary, 'tbt-throughput').value).toBeCloseTo(1000 / 120, 9);
  });

  it('survives one failure in a hundred and not two', () => {
    const oneIn100 = scoreRun([...many(99, (id) => steady(id, 5, 20)), steady(99, 0, 0, http503)], defaultPolicy);
    expect(oneIn100.headline.fluidRate.value).toBeCloseTo(50, 6);
    const twoIn100 = scoreRun(
      [...many(98, (id) => steady(id, 5, 20)), steady(98, 0, 0, http503), steady(99, 0, 0, http503)],
      defaultPolicy,
    );
    expect(twoIn100.headline.fluidRate.value).toBeUndefined();
    expect(twoIn100.headline.fluidRate.reason).toContain('2 of 100 requests failed');
  });

  it('has an interval that is open where the sample ends', () => {
    const records = many(200, (id) => steady(id, 5, 10 + (id % 40)));
    const { fluidRate } = scoreRun(records, defaultPolicy).headline;
    expect(fluidRate.low).toBeUndefined();
    expect(fluidRate.high).toBeGreaterThanOrEqual(fluidRate.value ?? Number.NaN);
  });
});

describe('buffered answers', () => {
  const buffered = ended({ status: 'completed', buffered: true });

  it('make fluidity meaningless when they are the majority', () => {
    const all = scoreRun(
      many(4, (id) => recordOf([[500, 30]], { id, ...buffered })),
      defaultPolicy,
    );
    expect(all.headline.fluidityMeaningful).toBe(false);
    expect(all.headline.fluidRate.value).toBeUndefined();
    expect(all.notes.find(({ code }) => code === 'buffered')?.level).toBe('fail');
  });

  it('are only noted when they are few', () => {
    const few = scoreRun(
      [...many(3, (id) => steady(id, 5, 20)), recordOf([[500, 30]], { id: 3, ...buffered })],
      defaultPolicy,
    );
    expect(few.headline.fluidityMeaningful).toBe(true);
    expect(few.notes.find(({ code }) => code === 'buffered')?.level).toBe('warn');
  });
});

it('says how many requests crossed the close of a kept connection', () => {
  const { notes } = scoreRun(
    [...many(3, (id) => steady(id, 5, 20)), { ...steady(3, 5, 20), resends: 1 }],
    defaultPolicy,
  );
  expect(notes.find(({ code }) => code === 'sent-again')?.text).toMatch(/^1 requests? went again/);
});

describe('the measured window', () => {
  it('counts tokens by when they arrived, whichever request they belong to', () => {
    const records = [
      // Scheduled before, two of its four tokens inside; sent and ended by the clock.
      steady(0, 4, 500, { phase: 'warmup', endedAt: milliseconds(1600) }),
      steady(1, 4, 100, { scheduledAt: seconds(1), sentAt: seconds(1), endedAt: milliseconds(1400) }),
    ];
    const moved = { ...(records[1] as RequestRecord) };
    const shifted: RequestRecord = {
      ...moved,
      chunks: { ...moved.chunks, at: Array.from(moved.chunks.at, (at) => at + 1e9) },
      prompt: { reported: 50, cached: 30 },
    };
    const summary = scoreRun([records[0] as RequestRecord, shifted], defaultPolicy, {
      measureFrom: seconds(1),
      measureTo: seconds(3),
    });
    expect(summary.load).toMatchObject({ window_s: 2, offered_per_s: 0.5, sent_per_s: 0.5, completed_per_s: 1 });
    expect(metric(summary, 'output-throughput').value).toBe((2 + 4) / 2);
    expect(metric(summary, 'input-throughput').value).toBe(25);
    expect(metric(summary, 'input-throughput-uncached').value).toBe(10);
    expect(metric(summary, 'goodput-requests').value).toBe(0.5);
    expect(metric(summary, 'goodput-tokens').value).toBe(2);
    expect(summary.load.inFlightMax).toBe(2);
    expect(summary.load.inFlightMean).toBeCloseTo((0.6 + 0.4) / 2, 9);
  });

  it('describes how the sends were spread', () => {
    const records = many(400, (id) => {
      const at = nanoseconds(id * 25e6);
      return steady(id, 2, 10, { scheduledAt: at, sentAt: at, endedAt: nanoseconds(id * 25e6 + 1e6) });
    });
    const { load } = scoreRun(records, defaultPolicy, { measureFrom: nanoseconds(0), measureTo: seconds(10) });
    expect(load.sentGapCv).toBeCloseTo(0, 9);
    expect(load.dispersion).toBeCloseTo(0, 9);
    expect(load.offered_per_s).toBe(40);
  });
});

describe('tokens', () => {
  it('names sources, compares counts and flags what differs', () => {
    const records = many(10, (id) =>
      steady(id, 8, 20, {
        output: { total: 10, asked: 10, reported: 10, totalSource: 'usage', chunkSource: 'chunk' },
        prompt: { reported: 20, cached: 5 },
      }),
    );
    const summary = scoreRun(records, defaultPolicy);
    expect(summary.tokens).toMatchObject({
      output: 100,
      prompt: 200,
      cachedPrompt: 50,
      totalSources: { usage: 10 },
      chunkSources: { chunk: 10 },
      divergentRequests: 10,
      lengthAttainment: 1,
    });
    expect(summary.tokens.divergence).toBeCloseTo(-0.2, 12);
    expect(codes(summary)).toContain('token-divergence');
  });

  it('shows chunk sizes, and says when the verdict hangs on the chunk policy', () => {
    // Four tokens every 150 ms, D_d 50 ms: in time together, late one by one.
    const bursts = many(500, (id) =>
      recordOf(
        Array.from({ length: 20 }, (_, i) => [100 + 150 * i, 4] as const),
        { id },
      ),
    );
    const summary = scoreRun(bursts, strict);
    expect(summary.tokens.perChunk).toEqual({ mean: 4, max: 4, counts: [{ tokens: 4, chunks: 10_000 }] });
    expect(summary.headline.fluidShare.value).toBe(1);
    expect(codes(summary)).toEqual(['multi-token-chunks', 'chunk-policy-decides']);
    expect(metric(summary, 'tbt').n).toBe(500 * 79);
    expect(metric(summary, 'tbt').percentiles?.find(({ p }) => p === 50)?.value).toBe(0);
    expect(metric(summary, 'chunk-gap').n).toBe(500 * 19);
    expect(metric(summary, 'chunk-gap').min).toBe(150);
  });
});

describe('metrics by name', () => {
  it('are the same as among all the others', () => {
    const records = [...many(12, (id) => steady(id, 20 + id, 20 + id)), steady(12, 4, 0, http503)];
    const all = scoreRun(records, defaultPolicy);
    for (const kind of all.metrics.map(({ id }) => id)) {
      const { metrics, load } = scoreMetrics(records, defaultPolicy, [kind, 'tbt', 'tpot']);
      expect(metrics.find(({ id }) => id === kind)).toEqual(metric(all, kind));
      expect(load).toEqual(all.load);
    }
  });
});

describe('the headline alone', () => {
  it('is the same as beside all other metrics', () => {
    const records = [...many(12, (id) => steady(id, 20 + id, 20 + id)), steady(12, 4, 0, http503)];
    const all = scoreRun(records, defaultPolicy);
    const headline = scoreRun(records, defaultPolicy, { metrics: 'headline' });
    expect(headline.headline).toEqual(all.headline);
    expect(headline.requests).toEqual(all.requests);
    expect(headline.metrics.length).toBeLessThan(all.metrics.length);
  });
});
