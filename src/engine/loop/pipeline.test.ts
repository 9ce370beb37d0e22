import { describe, expect, it } from 'vitest';
import type { Nanoseconds } from '../../core/units.ts';
import { compileCoefficients, costModel, type IterationLoad } from '../cost/cost-model.ts';
import { gpus } from '../cost/gpus.ts';
import { hosts } from '../cost/hosts.ts';
import { models } from '../cost/models.ts';
import { computedStages } from '../cost/pipeline-stages.ts';
import { decodesOf, prefillOf } from '../cost/plain-loads.ts';
import { designEngine } from '../engine-design.ts';
import type { EngineOptions } from '../engine-options.ts';
import { type SimulatedRequest, simulate } from '../virtual-driver.ts';

const bare: EngineOptions = { model: 'llama3-70b', tensorParallel: 4, ingressMs: 0, ingressPerTokenUs: 0, egressMs: 0 };
const two: EngineOptions = { ...bare, pipelineParallel: 2 };
const at = (ms: number, promptTokens: number, outputTokens: number): SimulatedRequest => ({
  scheduledAt: (ms * 1e6) as Nanoseconds,
  promptTokens,
  outputTokens,
});

const model = models.get('llama3-70b');
const stages = computedStages(model, 2).map((stage) =>
  costModel(
    compileCoefficients(stage, gpus.get('h100'), { tensorParallel: 4, weights: 'bf16', kv: 'bf16' }),
    hosts.get('vllm-v1-async').at(4),
  ),
);
const sendPerToken = (2 * model.hidden) / 40;
/** One micro-batch through both stages, nobody else there. */
const through = (load: IterationLoad) =>
  Math.round(stages[0]!.iteration(load) + sendPerToken * load.tokens) + Math.round(stages[1]!.iteration(load));

describe('pipeline stages', () => {
  it('cost one request the time of all of them and of handing on', () => {
    const [record] = simulate([at(0, 500, 20)], two).records;
    const times = Array.from(record!.chunks.at);
    expect(times[0]).toBe(through(prefillOf(500)));
    for (let i = 1; i < times.length; i++) expect(times[i]! - times[i - 1]!).toBe(through(decodesOf(1, 500 + i)));
  });

  it('share the layers: together they take what one takes, but for launches and handing on', () => {
    const whole = designEngine(bare).cost.iteration(prefillOf(2000));
    expect(through(prefillOf(2000)) / whole).toBeGreaterThan(1);
    expect(through(prefillOf(2000)) / whole).toBeLessThan(1.03);
  });

  it('work on as many micro-batches at once: two requests decode as fast as one', () => {
    const alone = simulate([at(0, 500, 100)], two).records[0]!;
    const both = simulate([at(0, 500, 100), at(0, 500, 100)], two).records;
    // They meet while they are prefilled, and then never again.
    for (const { endedAt } of both) expect(endedAt! - alone.endedAt!).toBeLessThan(through(prefillOf(500)));
  });

  it('wait for each other where micro-batches are unequal', () => {
    const gaps = (engine: EngineOptions) => {
      const [record] = simulate([at(0, 100, 200), at(500, 8000, 2)], engine).records;
      const times = Array.from(record!.chunks.at);
      return Math.max(...times.slice(1).map((time, i) => time - times[i]!));
    };
    const long = { ...two, scheduler: 'vllm-v0' };
    // A token waits for the long prompt in both stages.
    const behind = through(prefillOf(8000));
    expect(gaps(long)).toBeGreaterThan(0.9 * behind);
    expect(gaps(long)).toBeLessThan(behind + 2 * through(decodesOf(1, 300)));
    // Chunks of equal size leave small bubbles.
    expect(gaps({ ...two, scheduler: 'sarathi' })).toBeLessThan(gaps(long) / 5);
  });

  it('hold what no GPU of one stage could: memory grows with them', () => {
    const small = { ...bare, tensorParallel: 1 } as const;
    const tight = { ...small, memoryUtilization: 0.8 };
    expect(() => designEngine({ ...tight, pipelineParallel: 2 })).toThrow(/stage 1 of 2.* GiB missing/);
    expect(designEngine({ ...tight, pipelineParallel: 4 }).kvBlocks).toBeGreaterThan(0);
    expect(2 * designEngine(two).kvBlocks).toBeGreaterThan(2 * designEngine(bare).kvBlocks);
  });

  it('are refused where engines are apart already', () => {
    expect(() => designEngine({ ...two, scheduler: 'disaggregated' })).toThrow('one pipeline stage each');
  });
});
