import type { Named } from './catalogue.ts';
import { catalogue } from './catalogue.ts';

/** Time an iteration spends outside the GPU: scheduling, input preparation, sampling, launches. */
export interface HostOverhead {
  /** Seconds per iteration and per sequence in it. */
  readonly constant: number;
  readonly perSequence: number;
  /** Kernels are launched one by one: an iteration never takes less than the GPU profile's floor per layer. */
  readonly eager?: true;
}

export interface HostPreset extends Named {
  readonly label: string;
  readonly evidence: string;
  /** Overhead at this tensor-parallel degree. */
  at(tensorParallel: number): HostOverhead;
}

const fixed = (constant: number, perSequence: number) => () => ({ constant, perSequence });

export const hosts = catalogue<HostPreset>('host preset', [
  {
    kind: 'vllm-v1-async',
    aliases: ['vllm_v1_async'],
    label: 'vLLM 0.15: CUDA graphs, asynchronous scheduling',
    evidence: 'replay of 26 live load tests on H100',
    at: fixed(0.1e-3, 2e-6),
  },
  {
    kind: 'vllm-v1-sync',
    aliases: ['vllm_v1_sync'],
    label: 'vLLM 0.8–0.12',
    evidence: '28 live points, Llama-3.1-70B FP8 on H100',
    at: fixed(1.2e-3, 30e-6),
  },
  {
    kind: 'vllm-v0-2024',
    aliases: ['vllm_v0_2024'],
    label: 'vLLM V0 of 2024',
    evidence: 'published CPU overheads: medians of schedule, prepare, sample, post-process',
    at: (ranks) => (ranks === 1 ? { constant: 1e-3, perSequence: 50e-6 } : { constant: 8e-3, perSequence: 45e-6 }),
  },
  {
    kind: 'trtllm-1.0',
    aliases: ['trtllm_1_0', 'trtllm'],
    label: 'TensorRT-LLM 1.0',
    evidence: '177 closed-loop points, Llama-3.1-8B on H100',
    at: (ranks) => ({ constant: 0.3e-3, perSequence: ranks >= 4 ? 20e-6 : 5e-6 }),
  },
  {
    kind: 'modern',
    aliases: [],
    label: 'a lean host: 0.3 ms + 5 µs per sequence',
    evidence: 'TensorRT-LLM 1.0 without its growth from TP 4; used to compare schedulers',
    at: fixed(0.3e-3, 5e-6),
  },
  {
    kind: 'sarathi-osdi24',
    aliases: ['sarathi_osdi24'],
    label: 'Sarathi-Serve artifact: A100 PCIe, eager, Ray, TP 2',
    evidence: 'residual of the published decode times',
    at: fixed(20e-3, 1e-3),
  },
  {
    kind: 'eager-2023',
    aliases: ['eager_2023'],
    label: 'eager stack of 2023, kernel launches bound small batches',
    evidence: 'published flat decode times of a 70B model at TP 4 and 8',
    at: () => ({ constant: 0, perSequence: 0, eager: true }),
  },
  {
    kind: 'none',
    aliases: [],
    label: 'no host time',
    evidence: 'the GPU alone',
    at: fixed(0, 0),
  },
]);
