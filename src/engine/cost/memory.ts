import { MetronError } from '../../core/errors.ts';
import type { Parallelism } from './cost-model.ts';
import type { GpuProfile } from './gpus.ts';
import { kvBytesPerToken, type ModelShape, rankWeights } from './models.ts';

const GiB = 1024 ** 3;

export interface MemoryPlan {
  /** Share of the GPU's memory the engine may use. */
  readonly utilization: number;
  /** Tokens per block. */
  readonly blockSize: number;
  /** Tokens of the largest iteration: activations grow with it. */
  readonly batchedTokens: number;
}

/** CUDA context and communication buffers. */
const nonTorchGiB = 0.3;

/** About 0.7 GiB at 2,048 batched tokens, 2 GiB at 8,192. */
const activationGiB = (batchedTokens: number) => 0.27 + 2.1e-4 * Math.min(batchedTokens, 16384);

/**
 * Key-value blocks that fit beside the weights. Each tensor-parallel rank holds a shard of every
 * block, so the number is per engine.
 */
export function kvBlocks(model: ModelShape, gpu: GpuProfile, how: Parallelism, plan: MemoryPlan): number {
  const ranks = how.tensorParallel;
  const weightsGiB = (rankWeights(model, ranks) * (how.weights === 'fp8' ? 1 : 2)) / GiB;
  const besides = activationGiB(plan.batchedTokens) + nonTorchGiB;
  const blockGiB = (plan.blockSize * kvBytesPerToken(model, ranks, how.kv === 'fp8' ? 1 : 2)) / GiB;
  const freeGiB = plan.utilization * gpu.memoryGiB - weightsGiB - besides;
  const blocks = Math.floor(freeGiB / blockGiB);
  if (blocks < 1) throw tooSmall(model, gpu, ranks, blockGiB - freeGiB);
  return blocks;
}

function tooSmall(model: ModelShape, gpu: GpuProfile, ranks: number, missingGiB: number): MetronError {
  const where = ranks === 1 ? `one ${gpu.label}` : `${ranks} × ${gpu.label}`;
  const each = ranks === 1 ? '' : ' on each';
  return new MetronError(
    'MODEL_TOO_LARGE',
    `${model.label} does not fit ${where}: ${missingGiB.toFixed(1)} GiB missing${each}`,
    {
      hint: 'more tensor parallelism, FP8 weights or a larger GPU',
    },
  );
}
