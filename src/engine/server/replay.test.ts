import { describe, expect, it } from 'vitest';
import { pace, post, sdk, serve, trace, until } from '../../../test/engine/served.ts';
import type { Nanoseconds } from '../../core/units.ts';
import type { Emission } from '../core.ts';
import { type EngineOptionsInput, readEngineOptions } from './options.ts';
import { blockHashes, encodeText } from './prompt-tokens.ts';
import type { RunningEngine } from './start-engine.ts';
import type { TruthRecord } from './truth-trace.ts';

const gpu = { port: 0, gpu: 'h100', seed: 5 };
const engines: [string, EngineOptionsInput][] = [
  ['simple', { ...pace, stallProbability: 0.02, stallMinMs: 5, stallMaxMs: 20, slots: 3 }],
  ['vLLM V1 with its prefix cache', { ...gpu, jitter: 0.02, hiccups: 0.01, maxSequences: 4 }],
  ['vLLM V0 short of memory', { ...gpu, scheduler: 'vllm-v0', maxModelLength: 1000, kvBlocks: 85 }],
  ['Sarathi-Serve', { ...gpu, scheduler: 'sarathi', maxBatchedTokens: 128, jitter: 0.02 }],
  ['speculation', { ...gpu, drafts: 3 }],
  ['prefill and decode apart', { ...gpu, scheduler: 'disaggregated', linkGbPerS: 1 }],
  ['pipeline stages', { ...gpu, pipelineParallel: 2, jitter: 0.02 }],
];

const count = 8;
/** Prompts with a beginning in common. */
const promptOf = (i: number): string => `${'boats '.repeat(100)}${'trains '.repeat(40 * i)}${i}`;

/** Eight streams that overlap. */
async function played(engine: RunningEngine): Promise<TruthRecord[]> {
  const model = (await sdk(engine).models.list()).data[0]?.id;
  await Promise.all(
    Array.from({ length: count }, async (_, i) => {
      await new Promise((resolve) => setTimeout(resolve, 7 * i));
      const body = { model, prompt: promptOf(i), max_tokens: 5 + 3 * i, ignore_eos: true, stream: true };
      await (await post(engine, '/v1/completions', body, { 'x-request-id': String(i) })).text();
    }),
  );
  await until(async () => (await trace(engine)).length === count);
  return (await trace(engine)).sort((a, b) => (a.engine_id ?? 0) - (b.engine_id ?? 0));
}

/** What the same engine does in virtual time with what was submitted, when it was. */
function replayed(options: EngineOptionsInput, records: readonly TruthRecord[]): Emission[] {
  const { engine, core, server } = readEngineOptions(options);
  const { core: replay, facts } = engine.assemble(core, server.seed);
  const emissions: Emission[] = [];
  const advance = (to: number) => replay.advance(to as Nanoseconds, (emission) => emissions.push(emission));
  for (const { id, engine_id, submitted_ns: at = 0, prompt_tokens = 0, asked_tokens = 0 } of records) {
    advance(at);
    const hashes = blockHashes(encodeText(promptOf(Number(id))), facts.blockTokens || 16);
    replay.submit(
      { id: engine_id ?? 0, promptTokens: prompt_tokens, outputTokens: asked_tokens, blockHashes: hashes },
      at as Nanoseconds,
    );
  }
  advance(Number.MAX_SAFE_INTEGER);
  return emissions;
}

/** How late the first write of each instant was, seconds, ascending. */
function firstWrites(records: readonly TruthRecord[]): number[] {
  const first = new Map<number, number>();
  for (const { chunks } of records) {
    for (const [i, due] of chunks.due_ns.entries()) {
      first.set(due, Math.min(first.get(due) ?? Number.POSITIVE_INFINITY, chunks.at_ns[i] ?? due));
    }
  }
  return Array.from(first, ([due, at]) => (at - due) / 1e9).sort((a, b) => a - b);
}

describe('a replay in virtual time of what a wall run submitted', () => {
  it.each(engines)('gives the same tokens at the same times: %s', async (_name, options) => {
    const engine = await serve(options);
    const records = await played(engine);
    const emissions = replayed(options, records);
    for (const { engine_id, chunks, asked_tokens, output_tokens, cached_tokens = 0 } of records) {
      const own = emissions.filter(({ id }) => id === engine_id);
      const tokens = own.flatMap((emission) => (emission.kind === 'tokens' ? [emission] : []));
      // To the nanosecond, burst by burst.
      expect(chunks.due_ns).toEqual(tokens.map(({ at }) => at));
      expect(chunks.tokens).toEqual(tokens.map((emission) => emission.tokens));
      expect(output_tokens).toBe(asked_tokens);
      expect(own.at(-1)).toMatchObject({ kind: 'finished', cachedTokens: cached_tokens });
    }
    // What was written was never early, and as late as the engine itself reports.
    const late = firstWrites(records);
    expect(late[0]).toBeGreaterThanOrEqual(0);
    const reported = engine.stats().latenessP99Seconds ?? 0;
    expect(late[Math.floor(0.95 * late.length)]).toBeLessThanOrEqual(reported + writing);
  });
});

/** Seconds between the reading that lateness is judged by and the stamp of the write. */
const writing = 1e-3;
