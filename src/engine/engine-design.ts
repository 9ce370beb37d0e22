import { MetronError } from '../core/errors.ts';
import { microseconds, milliseconds, nanosecondsPerMillisecond, nanosecondsPerSecond } from '../core/units.ts';
import type { DisaggregationOptions } from './assembly.ts';
import { type CostModel, compileCoefficients, costModel, type Parallelism } from './cost/cost-model.ts';
import { type GpuProfile, gpus, type Provenance } from './cost/gpus.ts';
import { type HostOverhead, hosts } from './cost/hosts.ts';
import { kvBlocks } from './cost/memory.ts';
import { kvBytesPerToken, type ModelShape, models } from './cost/models.ts';
import { computedStages, heldStages } from './cost/pipeline-stages.ts';
import { type EngineOptions, engineOptions, type ResolvedEngineOptions } from './engine-options.ts';
import type { PipelineStages } from './loop/pipeline.ts';
import type { SchedulerSettings } from './loop/scheduler.ts';
import type { SchedulerDefaults, SchedulerDefinition } from './schedulers/definition.ts';
import { schedulers } from './schedulers/index.ts';

/** Hardware that is in no catalogue: a shape from a `config.json`, a GPU from its datasheet. */
export interface OwnHardware {
  readonly model?: ModelShape;
  readonly gpu?: GpuProfile;
}

/** An engine with every choice made and every number known. */
export interface EngineDesign {
  readonly options: ResolvedEngineOptions;
  readonly model: ModelShape;
  readonly gpu: GpuProfile;
  readonly provenance: Provenance;
  readonly scheduler: SchedulerDefinition;
  readonly settings: SchedulerSettings;
  readonly limits: Pick<SchedulerDefaults, 'wholePrompts' | 'reservesMaximum'>;
  /** Of an iteration in one stage. */
  readonly cost: CostModel;
  /** Absent with a single stage. */
  readonly pipeline?: PipelineStages;
  readonly host: HostOverhead;
  /** Of each scheduler: with pipeline stages every micro-batch has its own share. */
  readonly kvBlocks: number;
  readonly kvBytesPerToken: number;
  readonly prefixCaching: boolean;
  readonly pipelineDepth: 0 | 1;
  readonly disaggregation: DisaggregationOptions;
}

/** Resolves names and defaults; unknown names list the known ones, a model that does not fit says by how much. */
export function designEngine(given: EngineOptions = {}, own: OwnHardware = {}): EngineDesign {
  const options = engineOptions.parse(given);
  const model = own.model ?? models.get(options.model);
  const gpu = sustainedAt(own.gpu ?? gpus.get(options.gpu), options.sustained);
  const scheduler = schedulers.get(options.scheduler);
  const how = parallelism(options, model);
  const maxModelLength = options.maxModelLength ?? model.context;
  const largeBatches = gpu.memoryGiB >= 70 && !gpu.kind.startsWith('a100');
  const defaults = scheduler.defaults({ maxModelLength, largeBatches });
  const maxBatchedTokens = options.maxBatchedTokens ?? defaults.maxBatchedTokens;
  refuseStages(options, scheduler, defaults);
  const host = hostOverhead(options, how.tensorParallel);
  const blocks = Math.floor(
    (options.kvBlocks ?? fittingBlocks(options, model, gpu, how, maxBatchedTokens)) / options.pipelineParallel,
  );
  const cost = (shape: ModelShape) => costOf(options, shape, gpu, how, host);
  return {
    options,
    model,
    gpu,
    provenance: own.model && gpu.provenance === 'calibrated' ? 'extrapolated' : gpu.provenance,
    scheduler,
    settings: schedulerSettings(options, defaults, maxModelLength, blocks),
    limits: defaults,
    cost: cost(model),
    ...(options.pipelineParallel > 1 && {
      pipeline: {
        stages: computedStages(model, options.pipelineParallel).map(cost),
        sendPerToken: ((2 * model.hidden) / (options.stageLinkGbPerS * 1e9)) * nanosecondsPerSecond,
      },
    }),
    host,
    kvBlocks: blocks,
    kvBytesPerToken: kvBytesPerToken(model, how.tensorParallel, how.kv === 'fp8' ? 1 : 2) * how.tensorParallel,
    prefixCaching: options.prefixCaching ?? defaults.prefixCaching ?? false,
    pipelineDepth: options.pipelineDepth ?? (options.pipelineParallel > 1 ? 0 : (defaults.pipelineDepth ?? 0)),
    disaggregation: {
      prefillEngines: options.prefillEngines,
      decodeEngines: options.decodeEngines,
      linkBandwidth: options.linkGbPerS * 1e9,
      linkSetup: milliseconds(options.linkSetupMs),
      overlap: options.linkOverlap,
      firstTokenFrom: options.firstTokenFrom,
    },
  };
}

function refuseStages(
  { pipelineParallel }: ResolvedEngineOptions,
  { kind }: SchedulerDefinition,
  { oneStage }: SchedulerDefaults,
): void {
  if (pipelineParallel === 1 || !oneStage) return;
  throw new MetronError('BAD_PIPELINE_PARALLEL', `the engines of ${kind} have one pipeline stage each`, {
    hint: 'leave pipeline-parallel out, or choose another scheduler',
  });
}

/** Blocks that fit beside the weights of every stage; a model has at least one layer a stage. */
function fittingBlocks(
  { memoryUtilization: utilization, blockSize, pipelineParallel }: ResolvedEngineOptions,
  model: ModelShape,
  gpu: GpuProfile,
  how: Parallelism,
  batchedTokens: number,
): number {
  const plan = { utilization, blockSize, batchedTokens };
  return Math.min(...heldStages(model, pipelineParallel).map((stage) => kvBlocks(stage, gpu, how, plan)));
}

function costOf(
  { graphPadding, chunkFactor, tile }: ResolvedEngineOptions,
  shape: ModelShape,
  gpu: GpuProfile,
  how: Parallelism,
  host: HostOverhead,
): CostModel {
  return costModel(compileCoefficients(shape, gpu, how), host, {
    floor: host.eager ? shape.layers * gpu.efficiency.eagerPerLayer * 1e9 : 0,
    graphPadding,
    chunkFactor,
    ...(tile === undefined ? {} : { tile }),
  });
}

function parallelism(options: ResolvedEngineOptions, model: ModelShape): Parallelism {
  const { tensorParallel, weights, kvFormat: kv } = options;
  if (model.queryHeads % tensorParallel !== 0)
    throw new MetronError(
      'BAD_TENSOR_PARALLEL',
      `the ${model.queryHeads} attention heads of ${model.label} cannot be split over ${tensorParallel} GPUs`,
    );
  return { tensorParallel, weights, kv };
}

function sustainedAt(gpu: GpuProfile, sustained: number | undefined): GpuProfile {
  if (sustained === undefined) return gpu;
  return { ...gpu, efficiency: { ...gpu.efficiency, sustained, sustainedFp8: sustained } };
}

function hostOverhead(options: ResolvedEngineOptions, tensorParallel: number): HostOverhead {
  const preset = hosts.get(options.host).at(tensorParallel);
  return {
    ...preset,
    ...(options.hostConstantMs === undefined ? {} : { constant: options.hostConstantMs / 1e3 }),
    ...(options.hostPerSequenceUs === undefined ? {} : { perSequence: options.hostPerSequenceUs / 1e6 }),
  };
}

function schedulerSettings(
  options: ResolvedEngineOptions,
  defaults: SchedulerDefaults,
  maxModelLength: number,
  blocks: number,
): SchedulerSettings {
  return {
    maxBatchedTokens: options.maxBatchedTokens ?? defaults.maxBatchedTokens,
    maxSequences: options.maxSequences ?? defaults.maxSequences,
    maxModelLength,
    longPrefillThreshold: options.longPrefillThreshold,
    watermarkBlocks: Math.floor((options.watermark ?? defaults.watermark ?? 0) * blocks),
    ...(options.minChunk !== undefined && {
      chunkSchedule: {
        least: options.minChunk,
        stages: options.chunkStages,
        tokens: options.chunkScheduleTokens ?? maxModelLength,
      },
    }),
    tokensPerDecode: 1 + options.drafts,
    policy: options.policy,
    padFinished: options.padFinished,
    minBatch: options.minBatch,
    maxWait: options.maxWaitMs * nanosecondsPerMillisecond,
  };
}

/** Nanoseconds from the socket to the scheduler. */
export const ingressTime = (options: ResolvedEngineOptions, promptTokens: number): number =>
  milliseconds(options.ingressMs) + microseconds(options.ingressPerTokenUs * promptTokens);
