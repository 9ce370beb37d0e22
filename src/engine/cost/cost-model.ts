import { nanosecondsPerSecond } from '../../core/units.ts';
import type { GpuProfile } from './gpus.ts';
import type { HostOverhead } from './hosts.ts';
import { kvBytesPerToken, layerWeights, type ModelShape } from './models.ts';

/** What one iteration computes. */
export interface IterationLoad {
  /** Tokens through the linear layers: all prefill tokens and every decode token, drafts included. */
  tokens: number;
  /** Prefill chunks, their tokens q and Σ q·(x + q/2), where x tokens were cached before the chunk. */
  chunks: number;
  chunkTokens: number;
  chunkContext: number;
  /** Sequences that decode, and the key-value tokens they read. */
  decodes: number;
  kvTokens: number;
}

/**
 * Coefficients of one (model, GPU, tensor parallelism), nanoseconds:
 * `t = c0 + ‖W, c1·n‖ₚ + e1·n + [chunks](cp + c2·Σq(x+q/2+τ)) + [decodes](cd + c3·B + c4·Σkv) + AR(n) + host`.
 */
export interface Coefficients {
  readonly c0: number;
  readonly W: number;
  readonly p: number;
  readonly c1: number;
  readonly e1: number;
  readonly cp: number;
  readonly c2: number;
  readonly tau: number;
  readonly cd: number;
  readonly c3: number;
  readonly c4: number;
  /** Two all-reduces per layer: [constant, per token] below and from `switchTokens`. */
  readonly allReduce?: { readonly small: Line; readonly large: Line; readonly switchTokens: number };
  /** Experts: floor per layer and the two sides of its p-norm, summed over layers. */
  readonly moe?: { fixed: number; weights: number; compute: number; p: number; experts: number; active: number };
}

type Line = readonly [constant: number, perToken: number];

export interface Parallelism {
  readonly tensorParallel: number;
  readonly weights: 'bf16' | 'fp8';
  readonly kv: 'bf16' | 'fp8';
}

/** Compiles a model's shape and a GPU's profile to coefficients. */
export function compileCoefficients(model: ModelShape, gpu: GpuProfile, how: Parallelism): Coefficients {
  const { tensorParallel: ranks } = how;
  const { gemm, elementwise, decode, prefill } = gpu.efficiency;
  const { layers: L, hidden, vocabulary } = model;
  const rate = linearRates(gpu, how);
  const weights = layerWeights(model, ranks);
  const dense = weights.attention + (model.experts ? 0 : weights.ffn);
  const heads = model.queryHeads / ranks;
  const head = (2 * vocabulary * hidden) / ranks;
  const perLayer = (model.experts ? gemm.perLayer / 2 : gemm.perLayer) + elementwise.perLayer;
  const ffnBytes = model.experts ? 0 : (elementwise.ffnPasses * model.ffn) / ranks;
  const ns = (seconds: number) => seconds * nanosecondsPerSecond;
  return {
    c0: ns(L * perLayer + head / (gemm.bandwidth * gpu.bandwidth)),
    W: ns((L * rate.bytesPerWeight * dense) / (gemm.bandwidth * gpu.bandwidth)),
    p: gemm.p,
    c1: ns((L * 2 * dense) / (gemm.flops * rate.flops)),
    e1: ns((L * 2 * (elementwise.hiddenPasses * hidden + ffnBytes)) / gpu.bandwidth),
    cp: ns(L * prefill.perLayer),
    c2: ns((L * 4 * heads * model.headSize) / (prefill.flops * gpu.flops * gpu.efficiency.sustained)),
    tau: prefill.tau,
    cd: ns(L * decode.perLayer),
    c3: ns(L * decode.perSequenceHead * heads + head / (gemm.flops * gpu.flops)),
    c4: ns(kvBytesPerToken(model, ranks, how.kv === 'fp8' ? 1 : 2) / (decode.bandwidth * gpu.bandwidth)),
    ...allReduceTerm(model, gpu, ranks),
    ...(model.experts ? { moe: moeTerm(model, model.experts, gpu, weights.ffn, rate) } : {}),
  };
}

interface LinearRates {
  readonly bytesPerWeight: number;
  readonly flops: number;
}

function linearRates(gpu: GpuProfile, { weights }: Parallelism): LinearRates {
  const { sustained, sustainedFp8 } = gpu.efficiency;
  return weights === 'fp8'
    ? { bytesPerWeight: 1, flops: 2 * gpu.flops * sustainedFp8 }
    : { bytesPerWeight: 2, flops: gpu.flops * sustained };
}

const switchBytes = 8 * 1024 * 1024;

function allReduceTerm(model: ModelShape, gpu: GpuProfile, ranks: number): Pick<Coefficients, 'allReduce'> {
  if (ranks === 1) return {};
  const known = gpu.efficiency.allReduce[ranks];
  if (!known) return {};
  const perLayers = 2 * model.layers * 1e3;
  const megabytesPerToken = (model.hidden * 2) / 1e6;
  const line = ([constant, perMegabyte]: Line): Line => [
    perLayers * constant,
    perLayers * perMegabyte * megabytesPerToken,
  ];
  const switchTokens = Math.floor(switchBytes / (2 * model.hidden));
  return { allReduce: { small: line(known.small), large: line(known.large), switchTokens } };
}

function moeTerm(
  model: ModelShape,
  experts: { readonly count: number; readonly active: number },
  gpu: GpuProfile,
  ffn: number,
  rate: LinearRates,
): NonNullable<Coefficients['moe']> {
  const { moe } = gpu.efficiency;
  const perLayers = model.layers * nanosecondsPerSecond;
  return {
    fixed: perLayers * moe.perLayer,
    weights: (perLayers * rate.bytesPerWeight * ffn) / (moe.bandwidth * gpu.bandwidth),
    compute: (perLayers * 2 * ffn * experts.active) / (moe.flops * rate.flops),
    p: moe.p,
    experts: experts.count,
    active: experts.active,
  };
}

/** ‖a, b‖ₚ for a, b ≥ 0. */
function pNorm(a: number, b: number, p: number): number {
  if (p === 2) return Math.sqrt(a * a + b * b);
  if (p === 3) return Math.cbrt(a * a * a + b * b * b);
  return (a ** p + b ** p) ** (1 / p);
}

export interface CostModel {
  readonly coefficients: Coefficients;
  /** Nanoseconds one iteration takes, not rounded. */
  iteration(load: IterationLoad): number;
  /** Nanoseconds of an iteration of this load without its key-value reads, and per token of them: decode runs are a line in Σkv. */
  decodeLine(decodes: number, tokens: number): { readonly base: number; readonly perKvToken: number };
  /** No iteration takes less, nanoseconds. */
  readonly floor: number;
}

export interface CostOptions {
  /** Tokens are computed in tiles of this many: one more costs a whole tile. Absent: no tiles. */
  readonly tile?: number;
  /** Decode batches are padded to the captured graph sizes 1, 2, 4, 8, 16, 24 … 512. */
  readonly graphPadding?: boolean;
  /** Iterations with at most 1,024 prefill tokens take this many times longer: small chunks on slower kernels. */
  readonly chunkFactor?: number;
  /** Nanoseconds under which no iteration falls. */
  readonly floor?: number;
}

/** The cost of iterations under these coefficients and this host. */
export function costModel(coefficients: Coefficients, host: HostOverhead, options: CostOptions = {}): CostModel {
  const { c0, W, p, c1, e1, cp, c2, tau, cd, c3, c4 } = coefficients;
  const hostConstant = host.constant * nanosecondsPerSecond;
  const hostPerSequence = host.perSequence * nanosecondsPerSecond;
  const { floor = 0, chunkFactor = 1 } = options;

  const linear = (tokens: number): number => {
    const tiled = options.tile ? Math.ceil(tokens / options.tile) * options.tile : tokens;
    return (
      c0 + pNorm(W, c1 * tiled, p) + e1 * tokens + moeTime(coefficients, tiled) + allReduceTime(coefficients, tokens)
    );
  };

  const decodeLine = (decodes: number, tokens: number) => {
    const padded = options.graphPadding ? graphSize(tokens) : tokens;
    return { base: linear(padded) + cd + c3 * decodes + hostConstant + hostPerSequence * decodes, perKvToken: c4 };
  };

  const iteration = (load: IterationLoad): number => {
    if (load.chunks === 0) {
      const { base, perKvToken } = decodeLine(load.decodes, load.tokens);
      return Math.max(floor, base + perKvToken * load.kvTokens);
    }
    let time = linear(load.tokens) + hostConstant + hostPerSequence * (load.decodes + load.chunks);
    time += cp + c2 * (load.chunkContext + tau * load.chunkTokens);
    if (load.decodes > 0) time += cd + c3 * load.decodes + c4 * load.kvTokens;
    if (load.chunkTokens <= smallChunk) time *= chunkFactor;
    return Math.max(floor, time);
  };

  return { coefficients, iteration, decodeLine, floor };
}

/** Tokens up to which the chunk factor counts. */
const smallChunk = 1024;

/** All-reduce stays monotone where the implementation switches. */
function allReduceTime({ allReduce }: Coefficients, tokens: number): number {
  if (!allReduce) return 0;
  const { small, large, switchTokens } = allReduce;
  if (tokens < switchTokens) return small[0] + small[1] * tokens;
  return Math.max(large[0] + large[1] * tokens, small[0] + small[1] * switchTokens);
}

/** Experts touched by n tokens: E·(1 − (1 − k/E)ⁿ), routing balanced. */
function moeTime({ moe }: Coefficients, tokens: number): number {
  if (!moe) return 0;
  const touched = moe.experts * (1 - (1 - moe.active / moe.experts) ** tokens);
  return moe.fixed + pNorm(moe.weights * touched, moe.compute * tokens, moe.p);
}

/** The captured graph a decode batch runs in. */
function graphSize(tokens: number): number {
  if (tokens > 512) return tokens;
  if (tokens <= 8) return 2 ** Math.ceil(Math.log2(Math.max(1, tokens)));
  return Math.ceil(tokens / 8) * 8;
}
