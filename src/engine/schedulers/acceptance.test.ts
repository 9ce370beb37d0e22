import { describe, expect, it } from 'vitest';
import { firstTokenTimes, percentile, timesPerToken, tokenGaps } from '../../../bench/reference/load.mjs';
import { chat, forArxiv, mistral, orca, sarathi, simulate, summaries, vllm, yi } from '../../../test/engine/load.ts';
import { seconds } from '../../core/units.ts';
import { designEngine } from '../engine-design.ts';
import type { EngineOptions } from '../engine-options.ts';
import type { SimulatedRequest } from '../virtual-driver.ts';

// The numbered checks of the engine's specification. Quoted figures: papers, live servers, or an
// independent prototype of the same model on the original traces.

const at = (time: number, promptTokens: number, outputTokens: number): SimulatedRequest => ({
  scheduledAt: seconds(time),
  promptTokens,
  outputTokens,
});
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const off = (ours: number, theirs: number) => Math.abs(ours / theirs - 1);
const medianTtft = (records: Parameters<typeof firstTokenTimes>[0]) => percentile(firstTokenTimes(records), 0.5);
const p99Tbt = (records: Parameters<typeof tokenGaps>[0]) => percentile(tokenGaps(records), 0.99);

describe('check 9: Sarathi-Serve ablation, Yi-34B', { timeout: 60_000 }, () => {
  const run = (scheduler: string, load: readonly SimulatedRequest[]) => {
    const { records } = simulate(load, { ...yi, ...forArxiv, scheduler });
    return { tbt: p99Tbt(records) / 1e3, ttft: medianTtft(records) };
  };

  it('has the published tail gaps for chunked-only and combined', () => {
    expect(off(run('sarathi-chunked-only', chat(1, 128)).tbt, 0.18)).toBeLessThan(0.25);
    expect(off(run('sarathi-chunked-only', summaries(0.5, 128)).tbt, 0.2)).toBeLessThan(0.25);
    expect(off(run('sarathi', chat(1, 128)).tbt, 0.14)).toBeLessThan(0.25);
    expect(off(run('sarathi', summaries(0.5, 128)).tbt, 0.17)).toBeLessThan(0.25);
  });

  it('trades first tokens for gaps: hybrid-only, combined, chunked-only', () => {
    for (const seed of [1, 2, 3]) {
      const [hybrid, combined, chunked] = ['sarathi-hybrid-only', 'sarathi', 'sarathi-chunked-only'].map((scheduler) =>
        run(scheduler, chat(1, 128, seed)),
      );
      expect(hybrid!.ttft).toBeLessThan(combined!.ttft);
      expect(combined!.ttft).toBeLessThan(chunked!.ttft);
      expect(hybrid!.tbt).toBeGreaterThan(4 * combined!.tbt);
      expect(combined!.tbt).toBeLessThan(chunked!.tbt);
    }
  });
});

describe('check 10: chunk sweep, Mistral-7B chat at 3 req/s', { timeout: 60_000 }, () => {
  it('buys first tokens with gaps', () => {
    const sweep = [128, 256, 512, 1024, 2048, 8192].map((maxBatchedTokens) => {
      const { records } = simulate(chat(3), { ...mistral, ...sarathi, maxBatchedTokens });
      return { tbt: p99Tbt(records), ttft: medianTtft(records) };
    });
    for (let i = 1; i < sweep.length; i++) {
      expect(sweep[i]!.tbt).toBeGreaterThan(sweep[i - 1]!.tbt);
      expect(sweep[i]!.ttft).toBeLessThan(sweep[i - 1]!.ttft);
    }
    for (const [i, prototype] of [24, 38, 63, 106, 187, 524].entries())
      expect(off(sweep[i]!.tbt, prototype)).toBeLessThan(0.1);
    expect(sweep[0]!.ttft).toBeGreaterThan(10_000);
    expect(sweep[2]!.ttft).toBeLessThan(2000);
  });
});

describe('check 12: generation stalls, Yi-34B chat', { timeout: 60_000 }, () => {
  it('grow with load under vLLM V0 and stay flat under Sarathi', () => {
    const rates = [0.55, 0.7, 0.85];
    const run = (rate: number, engine: EngineOptions) => {
      const { records } = simulate(chat(rate), { ...yi, ...engine });
      return { max: percentile(tokenGaps(records), 1), p99: p99Tbt(records) };
    };
    const stalling = rates.map((rate) => run(rate, vllm));
    const stallFree = rates.map((rate) => run(rate, { ...sarathi, maxBatchedTokens: 1536 }));
    for (let i = 1; i < rates.length; i++) expect(stalling[i]!.p99).toBeGreaterThan(stalling[i - 1]!.p99);
    for (const { max } of stalling) expect(max).toBeGreaterThan(2000);
    for (const { max, p99 } of stallFree) {
      expect(off(max, 340)).toBeLessThan(0.1);
      expect(off(p99, 290)).toBeLessThan(0.1);
    }
  });

  it('can hide below P99 at low load: the worst gap must be reported too', () => {
    const stalling = simulate(chat(0.2), { ...yi, ...vllm }).records;
    const stallFree = simulate(chat(0.2), { ...yi, ...sarathi, maxBatchedTokens: 1536 }).records;
    expect(p99Tbt(stalling)).toBeLessThan(p99Tbt(stallFree));
    expect(percentile(tokenGaps(stalling), 1)).toBeGreaterThan(3 * percentile(tokenGaps(stallFree), 1));
  });

  it('make an iteration with a whole 8k prompt 59 times a decode, with a chunk of 512 3.6 times', () => {
    const { cost } = designEngine(yi);
    const decode = { tokens: 8, chunks: 0, chunkTokens: 0, chunkContext: 0, decodes: 8, kvTokens: 8 * 1024 };
    const mixed = (q: number) => ({ ...decode, tokens: q + 8, chunks: 1, chunkTokens: q, chunkContext: q ** 2 / 2 });
    expect(off(cost.iteration(mixed(8192)) / cost.iteration(decode), 59)).toBeLessThan(0.05);
    expect(off(cost.iteration(mixed(512)) / cost.iteration(decode), 3.6)).toBeLessThan(0.05);
  });
});

describe('check 13: static batching, Mistral-7B chat', { timeout: 60_000 }, () => {
  it('has the flattest gaps, the worst throughput and the worst first tokens', () => {
    const of = (engine: EngineOptions, online: EngineOptions = engine) => {
      const offline = simulate(chat(1e6), { ...mistral, ...engine }).records;
      const { records } = simulate(chat(3), { ...mistral, ...online });
      return {
        throughput: offline.length / (Math.max(...offline.map(({ endedAt }) => endedAt ?? 0)) / 1e9),
        tbt: p99Tbt(records),
        ttft: medianTtft(records),
      };
    };
    // Both reserve the longest answer's memory; they batch 32 for throughput, 16 for latency.
    const statically = { scheduler: 'faster-transformer', padFinished: false };
    const ft = of({ ...statically, maxSequences: 32 }, { ...statically, maxSequences: 16 });
    const whole = of({ ...orca, maxSequences: 32 }, orca);
    const prefillFirst = of(vllm);
    const stallFree = of({ ...sarathi, maxBatchedTokens: 2048 }, sarathi);
    expect(off(ft.tbt, 16)).toBeLessThan(0.1);
    expect(ft.tbt).toBeLessThan(stallFree.tbt / 2);
    expect(off(stallFree.tbt, 63)).toBeLessThan(0.15);
    expect(prefillFirst.tbt).toBeGreaterThan(5 * stallFree.tbt);
    expect(ft.throughput).toBeLessThan(whole.throughput);
    expect(whole.throughput).toBeLessThan(prefillFirst.throughput);
    for (const other of [whole, prefillFirst, stallFree]) expect(ft.ttft).toBeGreaterThan(other.ttft);
    expect(off(ft.throughput, 1.56)).toBeLessThan(0.1);
    expect(off(whole.throughput, 2.2)).toBeLessThan(0.1);
    expect(off(prefillFirst.throughput, 2.93)).toBeLessThan(0.15);
    expect(off(stallFree.throughput, 2.96)).toBeLessThan(0.15);
  });

  it('costs more still when finished members are computed on', () => {
    const last = (padFinished: boolean) =>
      Math.max(
        ...simulate(chat(1e6, 64), { ...mistral, scheduler: 'faster-transformer', padFinished }).records.map(
          ({ endedAt }) => endedAt ?? 0,
        ),
      );
    expect(last(true)).toBeGreaterThan(1.1 * last(false));
  });
});

describe('check 14: key-value pressure, Mistral-7B chat at 2.5 req/s', { timeout: 60_000 }, () => {
  it.each(['vllm-v0', 'vllm-v1', 'sarathi'])('makes %s preempt and wait, never lose or repeat a token', (scheduler) => {
    const runs = [26_800, 8000, 4000, 2000].map((kvBlocks) => simulate(chat(2.5), { ...mistral, scheduler, kvBlocks }));
    const preemptions = runs.map(({ stats }) => stats.preemptions);
    const ttft = runs.map(({ records }) => medianTtft(records));
    expect(preemptions[0]).toBe(0);
    expect(preemptions[2]).toBeGreaterThan(0);
    expect(preemptions[3]).toBeGreaterThan(preemptions[2] ?? 0);
    for (let i = 1; i < runs.length; i++) expect(ttft[i]).toBeGreaterThan(ttft[i - 1] ?? 0);
    expect(ttft[3]).toBeGreaterThan(10_000);
    for (const { records, stats } of runs) {
      expect(stats.kvUsed).toBe(0);
      for (const { output, chunks } of records) {
        expect(chunks.at).toHaveLength(output.asked ?? 0);
        expect(output.total).toBe(output.asked);
      }
    }
  });
});

describe('check 15: prefill and decode apart, Mistral-7B', { timeout: 60_000 }, () => {
  const apart: EngineOptions = { ...mistral, ...forArxiv, scheduler: 'disaggregated' };

  it('leaves gaps of pure decode iterations, whatever the prompts', () => {
    const gaps = (engine: EngineOptions, load: readonly SimulatedRequest[]) => p99Tbt(simulate(load, engine).records);
    const together = { ...mistral, ...forArxiv };
    expect(gaps(apart, chat(2))).toBeLessThan(gaps({ ...together, ...sarathi }, chat(2)) / 2);
    expect(gaps({ ...together, ...sarathi }, chat(2))).toBeLessThan(gaps({ ...together, ...vllm }, chat(2)) / 3);
    expect(off(gaps(apart, summaries(1)), gaps(apart, chat(2)))).toBeLessThan(0.3);
    expect(gaps({ ...together, ...vllm }, summaries(1))).toBeGreaterThan(4 * gaps({ ...together, ...vllm }, chat(2)));
  });

  it('saturates its one prefill engine: less per GPU than together on a prompt-heavy load', () => {
    const attains = (engine: EngineOptions, rate: number) => {
      const { records } = simulate(chat(rate), { ...mistral, ...engine });
      return percentile(firstTokenTimes(records), 0.9) < 1000 && percentile(timesPerToken(records), 0.9) < 100;
    };
    expect(attains(vllm, 2.5)).toBe(true);
    expect(attains({ scheduler: 'disaggregated' }, 2 * 2.5)).toBe(false);
    expect(attains({ scheduler: 'disaggregated', prefillEngines: 3 }, 4 * 2.5)).toBe(true);
  });

  it('moves the transfer from the first gap into the first token when the decode side emits it', () => {
    const slow: EngineOptions = { ...apart, linkGbPerS: 1, linkSetupMs: 10 };
    const transfer = 10 + (4000 * 131_072) / 1e6;
    const [early, late] = (['prefill', 'decode'] as const).map((firstTokenFrom) => {
      const { chunks, scheduledAt } = simulate([at(0, 4000, 10)], { ...slow, firstTokenFrom }).records[0]!;
      return { ttft: (chunks.at[0]! - scheduledAt) / 1e6, gap: (chunks.at[1]! - chunks.at[0]!) / 1e6 };
    });
    expect(late!.ttft - early!.ttft).toBeCloseTo(transfer, 3);
    expect(early!.gap - late!.gap).toBeCloseTo(transfer, 3);
  });

  it('copies one after the other on one link', () => {
    const slow: EngineOptions = { ...apart, linkGbPerS: 0.1, linkSetupMs: 10 };
    const copy = (1000 * 131_072) / 0.1;
    const arrivals = (engine: EngineOptions) =>
      simulate([at(0, 1000, 2), at(0, 1000, 2)], { ...engine, firstTokenFrom: 'decode' }).records.map(
        ({ chunks }) => chunks.at[0]!,
      );
    const [first, second] = arrivals(slow);
    expect(second! - first!).toBeCloseTo(copy, -2);
    const [one, other] = arrivals({ ...slow, prefillEngines: 2, decodeEngines: 2 });
    expect(other! - one!).toBeLessThan(0.05 * copy);
  });

  it('keeps transfers small on real links', () => {
    const { design, records } = simulate(chat(2), apart);
    const e2e = mean(records.map(({ scheduledAt, endedAt = 0 }) => endedAt - scheduledAt));
    const transfer = 1e6 + (2340 * design.kvBytesPerToken) / 40;
    expect(transfer).toBeLessThan(30e6);
    expect(transfer / e2e).toBeLessThan(2e-3);
  });
});
