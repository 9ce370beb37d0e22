import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { milliseconds, type Nanoseconds, seconds } from '../core/units.ts';
import type { Emission, EngineRequest } from './core.ts';
import type { EngineOptions } from './engine-options.ts';
import { schedulers } from './schedulers/index.ts';
import { createSimulatedEngine, type SimulatedEngine } from './simulated-engine.ts';

const forever = Number.POSITIVE_INFINITY as Nanoseconds;

interface Submission {
  readonly at: Nanoseconds;
  readonly request: EngineRequest;
  readonly cancelAt?: Nanoseconds | undefined;
}

/** All emissions, time cut into pieces by `cuts`; submissions are handed over when their time comes. */
function log(engine: SimulatedEngine, submissions: readonly Submission[], cuts: readonly number[]): Emission[] {
  const emissions: Emission[] = [];
  const calls = [
    ...submissions.map(({ at, request }) => ({ at, call: () => engine.submit(request, at) })),
    ...submissions.flatMap(({ request, cancelAt }) =>
      cancelAt === undefined ? [] : [{ at: cancelAt, call: () => engine.cancel(request.id, cancelAt) }],
    ),
    ...cuts.map((at) => ({ at, call: () => {} })),
  ].sort((a, b) => a.at - b.at);
  for (const { at, call } of calls) {
    engine.advance((at - 1) as Nanoseconds, (emission) => emissions.push(emission));
    call();
  }
  engine.advance(forever, (emission) => emissions.push(emission));
  return emissions;
}

const anySubmissions = fc
  .array(
    fc.record({
      gap: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 1500 })),
      promptTokens: fc.integer({ min: 1, max: 3000 }),
      outputTokens: fc.integer({ min: 1, max: 300 }),
      shared: fc.integer({ min: 0, max: 3 }),
      cancelAfter: fc.option(fc.integer({ min: 1, max: 2000 }), { nil: undefined, freq: 5 }),
    }),
    { minLength: 1, maxLength: 25 },
  )
  .map((items) => {
    let at = 0;
    return items.map(({ gap, promptTokens, outputTokens, shared, cancelAfter }, id): Submission => {
      at += milliseconds(gap);
      // Prompts of one group share their first half.
      const blockHashes = Array.from({ length: Math.floor(promptTokens / 16) }, (_, i) =>
        i < 90 ? shared : id * 1e6 + i,
      );
      return {
        at: at as Nanoseconds,
        request: { id, promptTokens, outputTokens, blockHashes },
        cancelAt: cancelAfter === undefined ? undefined : ((at + milliseconds(cancelAfter)) as Nanoseconds),
      };
    });
  });

/** Little memory, so that preemption and eviction happen. */
const anyEngine = fc
  .record({
    scheduler: fc.constantFrom(...schedulers.kinds),
    kvBlocks: fc.constantFrom(220, 300, 1000),
    prefixCaching: fc.boolean(),
    drafts: fc.constantFrom(0, 0, 3),
    jitter: fc.constantFrom(0, 0.05),
    pipelineDepth: fc.constantFrom(0, 1),
    policy: fc.constantFrom('fcfs', 'priority'),
    padFinished: fc.boolean(),
    decodeEngines: fc.constantFrom(1, 2),
    prefillEngines: fc.constantFrom(1, 2),
    pipelineParallel: fc.constantFrom(1, 1, 2, 3),
    minChunk: fc.constantFrom(undefined, undefined, 64),
  })
  .map(({ pipelineParallel, minChunk, ...options }): EngineOptions => {
    const stages = options.scheduler === 'disaggregated' ? 1 : pipelineParallel;
    return {
      ...options,
      pipelineParallel: stages,
      maxModelLength: 3400,
      ...(minChunk && options.scheduler.startsWith('sarathi') && { minChunk }),
    } as EngineOptions;
  });

const served = ({ request, cancelAt }: Submission, emissions: readonly Emission[]) =>
  cancelAt === undefined && !emissions.some(({ kind, id }) => kind === 'rejected' && id === request.id);

describe('simulated engine', { timeout: 120_000 }, () => {
  it('gives every request exactly its tokens, in order, and all memory back', () => {
    fc.assert(
      fc.property(anySubmissions, anyEngine, (submissions, options) => {
        const engine = createSimulatedEngine(options, 7);
        const emissions = log(engine, submissions, []);
        for (const submission of submissions) {
          const own = emissions.filter(({ id }) => id === submission.request.id);
          const tokens = own.reduce((sum, emission) => sum + (emission.kind === 'tokens' ? emission.tokens : 0), 0);
          if (!served(submission, emissions)) continue;
          expect(tokens).toBe(submission.request.outputTokens);
          expect(own.at(-1)?.kind).toBe('finished');
        }
        for (let i = 1; i < emissions.length; i++)
          expect(emissions[i]!.at).toBeGreaterThanOrEqual(emissions[i - 1]!.at);
        const keepsLastBatch = options.scheduler === 'faster-transformer';
        const { kvUsed, running, waiting } = engine.stats();
        expect({ running, waiting }).toEqual({ running: 0, waiting: 0 });
        // A static batch's memory is freed when the next one starts.
        if (!keepsLastBatch) expect(kvUsed).toBe(0);
        expect(engine.nextAt()).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });

  it('writes the same log however time is cut', () => {
    const cuts = fc.array(fc.integer({ min: 0, max: 12e9 }), { maxLength: 60 });
    fc.assert(
      fc.property(anySubmissions, anyEngine, cuts, (submissions, options, cut) => {
        const whole = log(createSimulatedEngine(options, 7), submissions, []);
        const pieces = log(createSimulatedEngine(options, 7), submissions, cut);
        expect(JSON.stringify(pieces)).toBe(JSON.stringify(whole));
      }),
      { numRuns: 300 },
    );
  });

  it('reports the same tokens in runs as one by one', () => {
    fc.assert(
      fc.property(anySubmissions, anyEngine, (submissions, options) => {
        const all = submissions.map((submission) => ({ ...submission, cancelAt: undefined }));
        const single = log(createSimulatedEngine(options, 7), all, []);
        const engine = createSimulatedEngine(options, 7);
        for (const { request, at } of all) engine.submit(request, at);
        const runs: { id: number; at: number; tokens: number }[] = [];
        engine.advanceTimelines(forever, {
          tokens: (id, at, tokens) => runs.push({ id, at, tokens }),
          run: (requests, times, count) => {
            for (const { id } of requests) for (let i = 0; i < count; i++) runs.push({ id, at: times[i]!, tokens: 1 });
          },
          finished: () => {},
          rejected: () => {},
        });
        const timesOf = (id: number, list: readonly { id: number; at: number }[]) =>
          list.filter((item) => item.id === id).map(({ at }) => at);
        const tokens = single.filter(({ kind }) => kind === 'tokens');
        for (const { request } of all) expect(timesOf(request.id, runs)).toEqual(timesOf(request.id, tokens));
      }),
      { numRuns: 100 },
    );
  });

  it('depends on its seed where there is noise, and only there', () => {
    const one: Submission[] = [{ at: seconds(0), request: { id: 1, promptTokens: 100, outputTokens: 50 } }];
    const run = (options: EngineOptions, seed: number) =>
      JSON.stringify(log(createSimulatedEngine(options, seed), one, []));
    expect(run({ jitter: 0.02 }, 1)).toBe(run({ jitter: 0.02 }, 1));
    expect(run({ jitter: 0.02 }, 1)).not.toBe(run({ jitter: 0.02 }, 2));
    expect(run({ hiccups: 0.5 }, 1)).not.toBe(run({}, 1));
    expect(run({}, 1)).toBe(run({}, 2));
  });

  it('frees what a client that went away held, at the next boundary, and sends it nothing more', () => {
    for (const scheduler of schedulers.kinds) {
      const engine = createSimulatedEngine({ scheduler }, 0);
      const request = { id: 1, promptTokens: 4000, outputTokens: 1000 };
      const emissions = log(engine, [{ at: seconds(0), request, cancelAt: seconds(2) }], []);
      expect(emissions.length).toBeGreaterThan(10);
      expect(emissions.at(-1)!.at).toBeLessThan(seconds(2));
      expect(engine.stats()).toMatchObject({ running: 0, waiting: 0, kvUsed: 0 });
      engine.cancel(1, seconds(3));
      engine.cancel(99, seconds(3));
    }
  });

  it('refuses what can never be served', () => {
    const reason = (options: EngineOptions, promptTokens: number, outputTokens: number) => {
      const engine = createSimulatedEngine(options, 0);
      const [first] = log(engine, [{ at: seconds(0), request: { id: 1, promptTokens, outputTokens } }], []);
      return first?.kind === 'rejected' ? first.reason : undefined;
    };
    expect(reason({}, 8000, 193)).toBe(
      "This model's maximum context length is 8192 tokens. However, you requested 8193 tokens (8000 in the messages, 193 in the completion).",
    );
    expect(reason({}, 8000, 192)).toBeUndefined();
    expect(reason({ scheduler: 'vllm-v0', maxBatchedTokens: 512 }, 513, 1)).toMatch(/exceeds limit of 512/);
    expect(reason({ kvBlocks: 100 }, 1600, 1)).toMatch(/holds 1600 tokens/);
  });

  it('names what it knows when a name is unknown', () => {
    expect(() => createSimulatedEngine({ model: 'llama3-8' })).toThrow(/known: llama3-8b/);
    expect(() => createSimulatedEngine({ scheduler: 'vllm-v2' })).toThrow(/known: vllm-v1 \(vllm\), vllm-v0, sarathi/);
    expect(() => createSimulatedEngine({ model: 'llama3-70b' })).toThrow(/GiB missing/);
    expect(() => createSimulatedEngine({ model: 'qwen2.5-7b', tensorParallel: 8 })).toThrow(/28 attention heads/);
  });
});
