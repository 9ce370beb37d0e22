import { arxivLike, type Lengths, poissonLoad, shareGptLike } from '../../bench/reference/load.mjs';
import { randomStream } from '../../src/core/random.ts';
import type { EngineOptions } from '../../src/engine/engine-options.ts';
import { simulate } from '../../src/engine/virtual-driver.ts';

/** No frontend, no pipeline, a lean host: schedulers compared on equal terms. */
const bare: EngineOptions = {
  host: 'modern',
  pipelineDepth: 0,
  ingressMs: 0,
  ingressPerTokenUs: 0,
  egressMs: 0,
  maxModelLength: 8192,
};
export const yi: EngineOptions = { ...bare, model: 'yi-34b', gpu: 'a100', tensorParallel: 2 };
export const mistral: EngineOptions = { ...bare, model: 'mistral-7b', gpu: 'a100' };
export const forArxiv: EngineOptions = { maxModelLength: 16384 };

export const vllm: EngineOptions = { scheduler: 'vllm-v0', maxSequences: 128 };
export const sarathi: EngineOptions = { scheduler: 'sarathi' };
export const orca: EngineOptions = { scheduler: 'orca' };

const poisson = (rate: number, lengths: Lengths, count = 300, seed = 2) =>
  poissonLoad({
    rate,
    count,
    lengths,
    arrivals: randomStream(seed, 'arrivals'),
    contents: randomStream(seed, 'contents'),
  });

export const chat = (rate: number, count?: number, seed?: number) => poisson(rate, shareGptLike, count, seed);
export const summaries = (rate: number, count?: number, seed?: number) => poisson(rate, arxivLike, count, seed);

export { simulate };
