import { describe, expect, it } from 'vitest';
import { constantLoad, firstTokenTimes, fixedLengths, percentile, timesPerToken } from '../../bench/reference/load.mjs';
import { chat, mistral, sarathi, simulate, vllm, yi } from '../../test/engine/load.ts';
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
