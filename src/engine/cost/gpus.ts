import type { Named } from './catalogue.ts';
import { catalogue } from './catalogue.ts';

/**
 * What one GPU can do and how much of it kernels reach. Efficiencies were fitted to published
 * operator tables; nothing here was measured by this project.
 */
export interface GpuProfile extends Named {
  readonly label: string;
  readonly provenance: Provenance;
  /** Datasheet memory bandwidth, bytes/s, and dense bf16 rate, FLOP/s. */
  readonly bandwidth: number;
  readonly flops: number;
  /** Memory a process can allocate, GiB. */
  readonly memoryGiB: number;
  readonly efficiency: GpuEfficiency;
}

/**
 * `calibrated`: fitted to measured operators of this GPU. `extrapolated`: another GPU's
 * efficiencies with a few facts changed. `uncalibrated`: datasheet numbers only.
 */
export type Provenance = 'calibrated' | 'extrapolated' | 'uncalibrated';

export interface GpuEfficiency {
  /** Share of the boost rate sustained in serving (power and clocks), bf16 and FP8 weights. */
  readonly sustained: number;
  readonly sustainedFp8: number;
  /** The four matrix products of a layer: fixed seconds per layer, shares of bandwidth and FLOPs, exponent of the p-norm. */
  readonly gemm: { readonly perLayer: number; readonly bandwidth: number; readonly flops: number; readonly p: number };
  /** Norms, rotary, activation, residuals: seconds per layer, passes over the hidden and the FFN width. */
  readonly elementwise: { readonly perLayer: number; readonly hiddenPasses: number; readonly ffnPasses: number };
  /** Decode attention: seconds per layer, share of bandwidth, seconds per sequence and query head. */
  readonly decode: { readonly perLayer: number; readonly bandwidth: number; readonly perSequenceHead: number };
  /** Prefill attention: seconds per layer, share of FLOPs, small-tile overhead in tokens. */
  readonly prefill: { readonly perLayer: number; readonly flops: number; readonly tau: number };
  /** By tensor-parallel degree: [microseconds, microseconds per MB] below and from 8 MiB. */
  readonly allReduce: Readonly<Record<number, { readonly small: Line; readonly large: Line }>>;
  readonly moe: { readonly perLayer: number; readonly bandwidth: number; readonly flops: number; readonly p: number };
  /** Host-bound floor of eager execution, seconds per layer. */
  readonly eagerPerLayer: number;
}

type Line = readonly [constant: number, perMegabyte: number];

const ampere: GpuEfficiency = {
  sustained: 0.88,
  sustainedFp8: 0.55,
  gemm: { perLayer: 28e-6, bandwidth: 0.766, flops: 0.814, p: 2 },
  elementwise: { perLayer: 21.2e-6, hiddenPasses: 13.5, ffnPasses: 9.2 },
  decode: { perLayer: 18.9e-6, bandwidth: 70.7 / 100, perSequenceHead: 0.26e-9 },
  prefill: { perLayer: 12.4e-6, flops: 0.553, tau: 265 },
  allReduce: {
    2: { small: [5.2, 4.89], large: [44.5, 5.17] },
    4: { small: [6.3, 10.1], large: [60.2, 7.02] },
    8: { small: [8.4, 11.21], large: [64.8, 8.31] },
  },
  moe: { perLayer: 5e-6, bandwidth: 0.8, flops: 0.57, p: 2 },
  eagerPerLayer: 0.55e-3,
};

const hopper: GpuEfficiency = {
  sustained: 0.82,
  sustainedFp8: 0.55,
  gemm: { perLayer: 15.7e-6, bandwidth: 0.876, flops: 0.816, p: 3 },
  elementwise: { perLayer: 18.2e-6, hiddenPasses: 11.8, ffnPasses: 7.2 },
  decode: { perLayer: 11.7e-6, bandwidth: 0.899, perSequenceHead: 1.66e-9 },
  prefill: { perLayer: 13.3e-6, flops: 0.692, tau: 571 },
  allReduce: {
    2: { small: [4.3, 3.82], large: [18, 3.58] },
    4: { small: [5, 6.94], large: [16.5, 4.61] },
    8: { small: [6.2, 7.08], large: [13, 4.65] },
  },
  moe: { perLayer: 5e-6, bandwidth: 0.87, flops: 0.6, p: 3 },
  eagerPerLayer: 0.37e-3,
};

const a100: GpuProfile = {
  kind: 'a100-sxm-80gb',
  aliases: ['a100', 'a100-80gb', 'a100-sxm'],
  label: 'NVIDIA A100 SXM 80 GB',
  provenance: 'calibrated',
  bandwidth: 2.039e12,
  flops: 312e12,
  memoryGiB: 79.15,
  efficiency: ampere,
};

/** NVLink joins pairs of cards only: beyond two, 7.3 MB take 0.51 ms instead of about 0.1. */
const pairedAllReduce = {
  ...ampere.allReduce,
  4: { small: [40, 64.6], large: [277, 32.3] },
  8: { small: [53.8, 71.7], large: [298, 38.2] },
} as const;

const a100Pcie: GpuProfile = {
  ...a100,
  kind: 'a100-pcie-80gb',
  aliases: ['a100-pcie'],
  label: 'NVIDIA A100 PCIe 80 GB (300 W)',
  provenance: 'extrapolated',
  efficiency: { ...ampere, sustained: 0.78, allReduce: pairedAllReduce },
};

const h100: GpuProfile = {
  kind: 'h100-sxm-80gb',
  aliases: ['h100', 'h100-80gb', 'h100-sxm'],
  label: 'NVIDIA H100 SXM 80 GB',
  provenance: 'calibrated',
  bandwidth: 3.35e12,
  flops: 989e12,
  memoryGiB: 79.1,
  efficiency: hopper,
};

const h200: GpuProfile = {
  ...h100,
  kind: 'h200-sxm-141gb',
  aliases: ['h200', 'h200-sxm'],
  label: 'NVIDIA H200 SXM 141 GB',
  provenance: 'extrapolated',
  bandwidth: 4.8e12,
  memoryGiB: 139.8,
};

export const gpus = catalogue('GPU', [h100, h200, a100, a100Pcie]);

export interface Datasheet {
  readonly name: string;
  /** Bytes per second, dense bf16 FLOP/s, GiB. */
  readonly bandwidth: number;
  readonly flops: number;
  readonly memoryGiB: number;
}

/** A GPU known by its datasheet alone: H100 efficiencies, 13–16 % end-to-end error to be expected. */
export function gpuFromDatasheet({ name, bandwidth, flops, memoryGiB }: Datasheet): GpuProfile {
  return {
    kind: name,
    aliases: [],
    label: name,
    provenance: 'uncalibrated',
    bandwidth,
    flops,
    memoryGiB,
    efficiency: hopper,
  };
}
