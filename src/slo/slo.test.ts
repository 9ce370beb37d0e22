import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Outcome, RequestRecord } from '../core/record.ts';
import { milliseconds, type Nanoseconds } from '../core/units.ts';
import { defaultPolicy } from '../metrics/index.ts';
import { judgeRecords, parseCondition, parseSlo, presets, sloTypes } from './index.ts';

/** A request sent at 0 whose tokens come after these milliseconds. */
function answered(times_ms: readonly number[], extra: Partial<RequestRecord> = {}): RequestRecord {
  const at = times_ms.map(milliseconds);
  const ones = at.map(() => 1);
  return {
    id: 0,
    phase: 'measure',
    scheduledAt: 0 as Nanoseconds,
    sentAt: 0 as Nanoseconds,
    endedAt: (at.at(-1) ?? 0) as Nanoseconds,
    prompt: { asked: 10 },
    output: { total: at.length, totalSource: 'usage', chunkSource: 'continuous-usage' },
    chunks: { at, tokens: ones, kind: at.map(() => 0), bytes: ones, read: at.map((_, i) => i) },
    outcome: { status: 'completed' },
    ...extra,
  };
}

const failed: Outcome = { status: 'failed', failure: { kind: 'http', httpStatus: 503 } };
const cut: Outcome = { status: 'cancelled', reason: 'run-end' };

/** [good, missed, unknown] of one request under one condition. */
function judged(text: string, record: RequestRecord): number[] {
  const [tally] = judgeRecords([record], parseSlo([text]), defaultPolicy);
  return [tally!.good[0]!, tally!.missed[0]!, tally!.unknown[0]!];
}

describe('objectives in words', () => {
  it.each([
    ['fluidity>=0.9@99%', 'fluidity>=0.9 @ 99%', 0.99, 'requests'],
    ['ttft_p99<=1s', 'ttft_p99<=1s', 0.99, 'requests'],
    ['tbt_p99.9 <= 100ms', 'tbt_p99.9<=100ms', 0.999, 'tokens'],
    ['tbt_p999<=100ms', 'tbt_p99.9<=100ms', 0.999, 'tokens'],
    ['chunk_gap_p95<=1500ms', 'chunk_gap_p95<=1.5s', 0.95, 'chunks'],
    ['fluidity_p01>=0.9', 'fluidity_p1>=0.9', 0.99, 'requests'],
    ['scheduling_delay_median<=2s', 'scheduling_delay_p50<=2s', 0.5, 'requests'],
    ['ttft<=500ms & tpot<=50ms @ 90%', 'ttft<=500ms & tpot<=50ms @ 90%', 0.9, 'requests'],
    ['ttft<=0.5s', 'ttft<=500ms @ 99%', 0.99, 'requests'],
    ['error_rate<=1%', 'error_rate<=0.01', 0.99, 'requests'],
  ])('%s', (written, text, share, units) => {
    const condition = parseCondition(written);
    expect(condition.text).toBe(text);
    expect(condition.share).toBeCloseTo(share, 10);
    expect(condition.units).toBe(units);
    expect(parseCondition(condition.text).text).toBe(condition.text);
  });

  it.each([
    ['tfft_p99<=1s', /unknown metric "tfft"/],
    ['ttft_p99<=1', /is no bound in ms/],
    ['ttft_p99<=1kg', /is no bound in ms/],
    ['ttft_p99>=1s', /better when it is lower/],
    ['fluidity_p99>=0.9', /bad values/],
    ['ttft', /is no condition/],
    ['ttft<=1s@100%', /no share of requests/],
    ['ttft<=1s@99%@90%', /two shares/],
    ['tbt<=50ms@99%', /many values per request/],
    ['ttft_p99<=1s@99%', /a percentile is a share already/],
    ['ttft_max<=1s', /no sample can show/],
    ['ttft_p100<=1s', /no sample can show/],
    ['ttft_mean<=1s', /a mean is no share/],
    ['goodput>=0.9', /goodput has the conditions/],
    ['goodput(ttft<=1s)>=0.9', /goodput has the conditions|is no condition/],
    ['error_rate<=0%', /between 0 and 100%/],
    ['error_rate>=1%', /expected error_rate<=/],
  ])('refuses %s', (written, message) => {
    expect(() => parseSlo([written])).toThrow(message);
  });

  it('every form has an example that it reads itself', () => {
    for (const type of sloTypes.all) expect(type.parse(type.example)?.text).toBeDefined();
  });

  it('always counts errors, once', () => {
    expect(parseSlo(['ttft_p99<=1s']).conditions.map(({ text }) => text)).toEqual(['ttft_p99<=1s', 'error_rate<=0.01']);
    expect(parseSlo(['ttft_p99<=1s, error_rate<=5%']).conditions.map(({ share }) => share)).toEqual([0.99, 0.95]);
  });

  it('says that nothing was asked', () => {
    expect(() => parseSlo([])).toThrow(/no objective/);
  });
});

describe('presets', () => {
  it.each(presets.all.map((preset) => [preset.kind, preset] as const))('%s reads', (kind, preset) => {
    const slo = parseSlo([], [kind]);
    expect(slo.conditions).toHaveLength(preset.conditions.length + 1);
  });

  it('bring their deadlines', () => {
    expect(parseSlo([], ['paper-25']).policy.decodeDeadline).toBe(milliseconds(25));
    expect(parseSlo([], ['mlperf-interactive-deepseek-r1']).conditions[1]!.text).toBe('tpot_p99<=15ms');
    expect(parseSlo([], ['sarathi-strict-yi-34b']).conditions[0]!.text).toBe('tbt_p99<=200ms');
  });

  const textsOf = (kind: string): string[] => parseSlo([], [kind]).conditions.map(({ text }) => text);

  it.each([
    ['paper-25', 25],
    ['paper-50', 50],
    ['paper-100', 100],
  ])('%s: 99 %% of requests miss at most a tenth of their deadlines at D_d %i ms (paper 1.3)', (kind, deadline) => {
    const { policy, conditions } = parseSlo([], [kind]);
    expect(policy).toEqual({ decodeDeadline: milliseconds(deadline), fluidFrom: 0.9, fluidShare: 0.99 });
    expect(conditions.map(({ text }) => text)).toEqual(['fluidity>=0.9 @ 99%', 'error_rate<=0.01']);
  });

  it('the families the paper sets its own against', () => {
    expect(textsOf('tbt-ttft')).toEqual(['tbt_p99<=50ms', 'ttft_p99<=1s', 'error_rate<=0.01']);
    expect(textsOf('ttft-tpot')).toEqual(['ttft<=1s & tpot<=50ms @ 90%', 'error_rate<=0.01']);
  });

  it.each([
    ['mistral-7b', '100ms', '500ms'],
    ['yi-34b', '200ms', '1s'],
    ['llama2-70b', '1s', '5s'],
    ['falcon-180b', '1s', '5s'],
  ])('Sarathi-Serve on %s: P99 gap, strict %s and relaxed %s, median scheduling delay 2 s (4.3)', (model, ...gaps) => {
    for (const [i, tier] of ['strict', 'relaxed'].entries()) {
      expect(textsOf(`sarathi-${tier}-${model}`)).toEqual([
        `tbt_p99<=${gaps[i]}`,
        'scheduling_delay_p50<=2s',
        'error_rate<=0.01',
      ]);
    }
  });

  it.each([
    ['server', 'llama2-70b', '2s', '200ms'],
    ['interactive', 'llama2-70b', '450ms', '40ms'],
    ['server', 'llama3.1-8b', '2s', '100ms'],
    ['interactive', 'llama3.1-8b', '500ms', '30ms'],
    ['server', 'llama3.1-405b', '6s', '175ms'],
    ['interactive', 'llama3.1-405b', '4.5s', '80ms'],
    ['server', 'mixtral-8x7b', '2s', '200ms'],
    ['server', 'deepseek-r1', '2s', '80ms'],
    ['interactive', 'deepseek-r1', '1.5s', '15ms'],
    ['server', 'gpt-oss-120b', '3s', '80ms'],
    ['interactive', 'gpt-oss-120b', '2s', '20ms'],
  ])('MLPerf %s of %s: P99 of the first token %s, of TPOT %s (4.4)', (scenario, model, ttft, tpot) => {
    expect(textsOf(`mlperf-${scenario}-${model}`)).toEqual([
      `ttft_p99<=${ttft}`,
      `tpot_p99<=${tpot}`,
      'error_rate<=0.01',
    ]);
  });

  it('are these and no others', () => {
    expect(presets.kinds).toHaveLength(3 + 2 + 8 + 11);
    expect(presets.kinds).not.toContain('mlperf-interactive-mixtral-8x7b');
  });

  it('that contradict each other are refused', () => {
    expect(() => parseSlo([], ['paper-25', 'paper-50'])).toThrow(/decodeDeadline/);
    expect(parseSlo([], ['paper-25', 'ttft-tpot']).conditions).toHaveLength(3);
  });
});

describe('judging requests', () => {
  it.each([
    ['ttft<=100ms', answered([100, 120]), [1, 0, 0]],
    ['ttft<=99ms', answered([100, 120]), [0, 1, 0]],
    ['ttft<=100ms & tpot<=19ms @ 90%', answered([100, 120]), [0, 1, 0]],
    ['ttft_p99<=100ms', answered([], { outcome: failed }), [0, 1, 0]],
    ['fluidity>=0.9@99%', answered([100, 120], { outcome: { status: 'truncated', cause: 'fin' } }), [0, 1, 0]],
    ['tbt_p99<=20ms', answered([100, 120, 141, 141]), [2, 1, 0]],
    ['tbt_p99<=20ms', answered([], { outcome: failed }), [0, 1, 0]],
    ['tbt_p99<=20ms', answered([100]), [0, 0, 0]],
    ['tpot_p99<=20ms', answered([100]), [0, 0, 0]],
    ['error_rate<=1%', answered([100]), [1, 0, 0]],
    ['error_rate<=1%', answered([], { outcome: failed }), [0, 1, 0]],
    ['scheduling_delay_p50<=2s', answered([100], { serverTiming: { scheduling_delay_ms: 2500 } }), [0, 1, 0]],
  ])('%s', (text, record, expected) => {
    expect(judged(text, record)).toEqual(expected);
  });

  it('leaves open what we cut off, unless it had missed already', () => {
    const waiting = (endedAt: number) => answered([], { outcome: cut, endedAt: milliseconds(endedAt) });
    expect(judged('ttft_p99<=1s', waiting(900))).toEqual([0, 0, 1]);
    expect(judged('ttft_p99<=1s', waiting(1100))).toEqual([0, 1, 0]);
    expect(judged('ttft_p99<=1s', answered([500], { outcome: cut }))).toEqual([1, 0, 0]);
    expect(judged('fluidity>=0.9@99%', answered([500], { outcome: cut }))).toEqual([0, 0, 1]);
    expect(judged('error_rate<=1%', waiting(900))).toEqual([0, 0, 0]);
  });

  it('leaves out requests of other phases', () => {
    const [tally] = judgeRecords(
      [answered([1], { phase: 'warmup' }), answered([2])],
      parseSlo(['ttft_p99<=1s']),
      defaultPolicy,
    );
    expect(tally!.good).toHaveLength(1);
  });

  it('counts each wait of a request exactly once', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 1, maxLength: 30 }), (gaps) => {
        let at = 0;
        const times = gaps.map((gap) => (at += gap));
        const [good, missed] = judged('tbt_p99<=50ms', answered(times));
        expect(good! + missed!).toBe(times.length - 1);
        expect(good).toBe(gaps.slice(1).filter((gap) => gap <= 50).length);
      }),
    );
  });
});
