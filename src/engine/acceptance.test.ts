import { describe, expect, it } from 'vitest';
import {
  constantLoad,
  firstTokenTimes,
  fixedLengths,
  percentile,
  timesPerToken,
  tokenGaps,
} from '../../bench/reference/load.mjs';
import { chat, forArxiv, mistral, orca, sarathi, simulate, summaries, vllm, yi } from '../../test/engine/load.ts';
import { randomStream } from '../core/random.ts';
import { seconds } from '../core/units.ts';
import { designEngine } from './engine-design.ts';
import type { EngineOptions } from './engine-options.ts';
import type { Iteration } from './loop/loop-parts.ts';
import { createSimulatedEngine } from './simulated-engine.ts';
import type { SimulatedRequest } from './virtual-driver.ts';

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

describe('check 2: zero load', { timeout: 60_000 }, () => {
  it('is the cost model and the frontend, nothing else', () => {
    const [prompt, outputs] = [1000, 20];
    const iterations: Iteration[] = [];
    const { records, design, stats } = simulate(
      [at(1, prompt, outputs)],
      { prefixCaching: false },
      {
        hooks: { observe: (iteration) => iterations.push(iteration) },
      },
    );
    const none = { tokens: 0, chunks: 0, chunkTokens: 0, chunkContext: 0, decodes: 0, kvTokens: 0 };
    const prefill = { ...none, tokens: prompt, chunks: 1, chunkTokens: prompt, chunkContext: prompt ** 2 / 2 };
    const times = [1e9 + 5e6 + 2e3 * prompt + Math.round(design.cost.iteration(prefill)) + 0.5e6];
    for (let i = 1; i < outputs; i++) {
      const step = design.cost.iteration({ ...none, tokens: 1, decodes: 1, kvTokens: prompt + i });
      times.push(times[i - 1]! + Math.round(step));
    }
    expect(Array.from(records[0]!.chunks.at)).toEqual(times);
    expect(stats.kvUsed).toBe(0);
    // The last token is emitted, never computed.
    const tokens = iterations.reduce((sum, { chunkTokens, decodeTokens }) => sum + chunkTokens + decodeTokens, 0);
    expect(tokens).toBe(prompt + outputs - 1);
  });

  it('computes every token once, and again only what was preempted or not what was cached', () => {
    const load = chat(2, 100);
    const count = (options: EngineOptions, schedule = load) => {
      let tokens = 0;
      const observe = (iteration: Iteration) => {
        tokens += iteration.chunkTokens + iteration.decodeTokens;
      };
      const { facts } = simulate(schedule, { ...mistral, ...options }, { hooks: { observe } });
      return { tokens, cached: facts.reduce((sum, one) => sum + (one?.cachedTokens ?? 0), 0) };
    };
    const all = load.reduce((sum, { promptTokens, outputTokens }) => sum + promptTokens + outputTokens - 1, 0);
    expect(count(vllm).tokens).toBe(all);
    expect(count(sarathi).tokens).toBe(all);
    expect(count({ ...vllm, kvBlocks: 1500 }).tokens).toBeGreaterThan(all);
    const shared = load.map((one) => ({
      ...one,
      blockHashes: Array.from({ length: one.promptTokens >> 4 }, (_, i) => i),
    }));
    const cached = count({ scheduler: 'vllm-v1' }, shared);
    expect(cached.cached).toBeGreaterThan(0);
    expect(cached.tokens + cached.cached).toBe(all);
  });
});

describe('check 3: live load tests of vLLM 0.15.1 on H100', { timeout: 60_000 }, () => {
  it.each([
    ['llama2-7b', 1, 592, 247, 5, 7.21],
    ['llama2-7b', 1, 592, 247, 10, 8.89],
    ['llama2-7b', 1, 575, 249, 20, 16.42],
    ['llama2-70b', 4, 575, 249, 8, 18.59],
    ['llama2-70b', 4, 575, 249, 20, 21.96],
    ['codellama-34b', 2, 575, 249, 8, 14.58],
    ['codellama-34b', 2, 575, 249, 20, 16.88],
    ['mixtral-8x7b', 2, 575, 249, 8, 18.9],
    ['mixtral-8x7b', 2, 575, 249, 20, 20.41],
    ['yi-34b', 2, 575, 249, 6, 15.76],
  ] as const)('%s on %d: %d in, %d out, %d req/s', (model, tensorParallel, prompt, output, rate, measured) => {
    const blockHashes = Array.from({ length: prompt >> 4 }, (_, i) => i);
    const lengths = fixedLengths(prompt, output);
    const load = constantLoad({ rate, count: 40 * rate, lengths, contents: randomStream(1, 'contents') });
    const { records, facts } = simulate(
      load.map((request) => ({ ...request, blockHashes })),
      { model, gpu: 'h100', tensorParallel },
    );
    const steady = records.slice(records.length / 4, -records.length / 4);
    const tpot = mean(timesPerToken(steady));
    expect(off(tpot, measured)).toBeLessThan(0.08);
    expect(off(medianTtft(steady), 8.6 + 2.57 * tpot)).toBeLessThan(0.15);
    expect(prompt - (facts.at(-1)?.cachedTokens ?? 0)).toBeLessThanOrEqual(16);
  });
});

describe('check 4: closed loop, Llama-3.1-8B on H100 under TensorRT-LLM', { timeout: 60_000 }, () => {
  it.each([
    [64, 1024, 512, 13.1],
    [128, 2048, 256, 40.4],
    [64, 4096, 128, 64.3],
  ])('%d users, %d in, %d out', (users, prompt, output, measured) => {
    const load = Array.from({ length: 10 * users }, () => at(0, prompt, output));
    const engine = { model: 'llama3.1-8b', host: 'trtllm-1.0', maxBatchedTokens: 8192, prefixCaching: false };
    const { records } = simulate(load, engine, { users });
    expect(off(mean(timesPerToken(records)), measured)).toBeLessThan(0.08);
  });
});

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

describe('check 11: chunking tax', { timeout: 60_000 }, () => {
  it('is paid on small chunks only', () => {
    const { cost } = designEngine({ ...yi, maxModelLength: 32768 });
    const prefill = (prompt: number, chunk: number) => {
      let total = 0;
      for (let done = 0; done < prompt; done += chunk) {
        const tokens = Math.min(chunk, prompt - done);
        const chunkContext = tokens * (done + tokens / 2);
        total += cost.iteration({ tokens, chunks: 1, chunkTokens: tokens, chunkContext, decodes: 0, kvTokens: 0 });
      }
      return total;
    };
    for (const prompt of [2048, 4096, 8192, 16384]) {
      const tax = (chunk: number) => prefill(prompt, chunk) / prefill(prompt, prompt) - 1;
      expect(tax(512)).toBeGreaterThan(tax(1024));
      expect(tax(512)).toBeLessThan(0.25);
      expect(tax(512)).toBeGreaterThan(0.03);
      expect(Math.abs(tax(2048))).toBeLessThan(0.03);
    }
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
    const slow: EngineOptions = { ...apart, linkGBs: 1, linkSetupMs: 10 };
    const transfer = 10 + (4000 * 131_072) / 1e6;
    const [early, late] = (['prefill', 'decode'] as const).map((firstTokenFrom) => {
      const { chunks, scheduledAt } = simulate([at(0, 4000, 10)], { ...slow, firstTokenFrom }).records[0]!;
      return { ttft: (chunks.at[0]! - scheduledAt) / 1e6, gap: (chunks.at[1]! - chunks.at[0]!) / 1e6 };
    });
    expect(late!.ttft - early!.ttft).toBeCloseTo(transfer, 3);
    expect(early!.gap - late!.gap).toBeCloseTo(transfer, 3);
  });

  it('keeps transfers small on real links', () => {
    const { design, records } = simulate(chat(2), apart);
    const e2e = mean(records.map(({ scheduledAt, endedAt = 0 }) => endedAt - scheduledAt));
    const transfer = 1e6 + (2340 * design.kvBytesPerToken) / 40;
    expect(transfer).toBeLessThan(30e6);
    expect(transfer / e2e).toBeLessThan(2e-3);
  });
});

describe('check 16: prefix cache', { timeout: 60_000 }, () => {
  const hashes = (tokens: number, salt: number) => Array.from({ length: tokens >> 4 }, (_, i) => salt * 1000 + i);
  const engine: EngineOptions = { model: 'llama3.1-8b' };

  it('answers all but the last block of a prompt seen before', () => {
    for (const prompt of [1000, 1008, 1009]) {
      const request = { promptTokens: prompt, outputTokens: 4, blockHashes: hashes(prompt, 1) };
      const load = [0, 10].map((time) => ({ ...request, scheduledAt: seconds(time) }));
      const { records, facts, design } = simulate(load, engine);
      expect(facts.map((one) => one?.cachedTokens)).toEqual([0, Math.floor((prompt - 1) / 16) * 16]);
      expect(records[1]?.prompt.cached).toBe(Math.floor((prompt - 1) / 16) * 16);
      const [cold = 0, warm = 0] = firstTokenTimes(records);
      const q = prompt - (facts[1]?.cachedTokens ?? 0);
      const chunkContext = q * (prompt - q + q / 2);
      const tail = { tokens: q, chunks: 1, chunkTokens: q, chunkContext, decodes: 0, kvTokens: 0 };
      expect(warm).toBeCloseTo(5 + 0.002 * prompt + design.cost.iteration(tail) / 1e6 + 0.5, 3);
      expect(cold).toBeGreaterThan(warm + 10);
    }
  });

  it('lifts throughput when all prompts share a system prompt', () => {
    const load = (shared: boolean) =>
      Array.from({ length: 400 }, (_, i) => ({
        ...at(0, 1500, 30),
        blockHashes: [...hashes(1024, shared ? 1 : i + 2), ...hashes(476, i + 1000)],
      }));
    const end = (shared: boolean) =>
      Math.max(...simulate(load(shared), engine).records.map(({ endedAt }) => endedAt ?? 0));
    expect(end(true)).toBeLessThan(0.6 * end(false));
  });

  it('is cold again after others took the memory', () => {
    const request = (time: number, salt: number) => ({ ...at(time, 2000, 2), blockHashes: hashes(2000, salt) });
    const others = Array.from({ length: 10 }, (_, i) => request(20 + 5 * i, i + 2));
    const run = (kvBlocks: number) => {
      const { records, facts } = simulate([request(0, 1), request(10, 1), ...others, request(100, 1)], {
        ...engine,
        kvBlocks,
      });
      const ttft = firstTokenTimes(records);
      return { cached: facts.at(-1)?.cachedTokens, slowdown: ttft.at(-1)! / ttft[0]! };
    };
    expect(run(2000).cached).toBe(1984);
    expect(run(1000).cached).toBe(0);
    expect(run(1000).slowdown).toBeCloseTo(1, 6);
  });
});

describe('check 17: queueing laws', { timeout: 60_000 }, () => {
  it("obeys Little's law over a stationary window", () => {
    const engine = createSimulatedEngine({ ...mistral, ...sarathi }, 1);
    const load = chat(2, 4000);
    const ended = new Map<number, number>();
    for (const [id, { scheduledAt, ...request }] of load.entries()) engine.submit({ id, ...request }, scheduledAt);
    const [from, to, step] = [100, 1900, 0.25];
    let inside = 0;
    let polls = 0;
    const sink = {
      tokens: () => {},
      run: () => {},
      rejected: () => {},
      finished: (id: number, time: number) => ended.set(id, time),
    };
    for (let time = step; time < to + 200; time += step) {
      engine.advanceTimelines(seconds(time), sink);
      if (time < from || time >= to) continue;
      const { waiting, running } = engine.stats();
      inside += waiting + running;
      polls++;
    }
    const window = load
      .map((request, id) => ({ ...request, id }))
      .filter(({ scheduledAt }) => scheduledAt >= from * 1e9 && scheduledAt < to * 1e9);
    const sojourn = mean(window.map(({ id, scheduledAt }) => (ended.get(id)! - scheduledAt) / 1e9));
    const rate = window.length / (to - from);
    expect(off(inside / polls, rate * sojourn)).toBeLessThan(0.01);
  });

  it('queues without bound, and linearly, above capacity', () => {
    const engine = createSimulatedEngine({ ...mistral, ...sarathi }, 1);
    for (const [id, { scheduledAt, ...request }] of chat(8, 2400).entries())
      engine.submit({ id, ...request }, scheduledAt);
    const waiting = [100, 200, 300].map((time) => {
      engine.advance(seconds(time), () => {});
      return engine.stats().waiting;
    });
    expect(waiting[0]).toBeGreaterThan(200);
    expect(off(waiting[2]! - waiting[1]!, waiting[1]! - waiting[0]!)).toBeLessThan(0.25);
  });
});

describe('check 18: speculation', { timeout: 60_000 }, () => {
  const engine: EngineOptions = { model: 'llama3.1-8b', acceptance: 0.7, draftCost: 0.05 };
  const run = (drafts: number, streams: number) =>
    simulate(
      Array.from({ length: streams }, () => at(0, 512, 300)),
      { ...engine, drafts },
      { seed: 3 },
    ).records;
  const tpot = (drafts: number, streams: number) => percentile(timesPerToken(run(drafts, streams)), 0.5);

  it('gains the expected tokens per step for one stream, and loses when the batch is full', () => {
    const expected = (1 - 0.7 ** 5) / 0.3;
    expect(off(tpot(0, 1) / tpot(4, 1), expected / 1.2)).toBeLessThan(0.12);
    const gain = [1, 32, 128, 256].map((streams) => tpot(0, streams) / tpot(4, streams));
    for (let i = 1; i < gain.length; i++) expect(gain[i]).toBeLessThan(gain[i - 1]!);
    expect(gain.at(-1)).toBeLessThan(1);
  });

  it('leaves in bursts whose sum is exact', () => {
    const [{ chunks, output } = { chunks: { tokens: [] as number[], at: [] }, output: {} }] = run(4, 1);
    const tokens = [...(chunks.tokens as Uint16Array)];
    expect(new Set(tokens)).toEqual(new Set([1, 2, 3, 4, 5]));
    expect(tokens.reduce((a, b) => a + b, 0)).toBe(300);
    expect(output.total).toBe(300);
  });
});

describe('the pipeline', { timeout: 60_000 }, () => {
  it('makes a newcomer wait for the batch that was frozen before it came', () => {
    const long = at(0, 100, 2000);
    const ttft = (pipelineDepth: 0 | 1) => {
      const load = [long, ...Array.from({ length: 50 }, (_, i) => at(1 + i * 0.1037, 16, 1))];
      const { records } = simulate(load, { pipelineDepth, ingressMs: 0, ingressPerTokenUs: 0, egressMs: 0 });
      return mean(firstTokenTimes(records.slice(1)));
    };
    const { cost } = designEngine({});
    const step =
      cost.iteration({ tokens: 1, chunks: 0, chunkTokens: 0, chunkContext: 0, decodes: 1, kvTokens: 500 }) / 1e6;
    expect(off(ttft(1) - ttft(0), step)).toBeLessThan(0.1);
  });
});
