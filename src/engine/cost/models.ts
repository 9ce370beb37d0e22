import type { Named } from './catalogue.ts';
import { catalogue } from './catalogue.ts';

/** The shape of a decoder-only transformer, as in its `config.json`. */
export interface ModelShape extends Named {
  readonly label: string;
  readonly layers: number;
  readonly hidden: number;
  readonly queryHeads: number;
  readonly kvHeads: number;
  readonly headSize: number;
  /** Feed-forward width; of one expert for a mixture of experts. */
  readonly ffn: number;
  readonly vocabulary: number;
  readonly experts?: { readonly count: number; readonly active: number };
  /** Longest context the model was made for, tokens. */
  readonly context: number;
}

type Row = readonly [
  layers: number,
  hidden: number,
  queryHeads: number,
  kvHeads: number,
  ffn: number,
  vocabulary: number,
];

/** Every model listed here has heads of 128. */
const shape = (
  kind: string,
  label: string,
  [layers, hidden, queryHeads, kvHeads, ffn, vocabulary]: Row,
  context: number,
  aliases: readonly string[] = [],
): ModelShape => ({
  kind,
  label,
  aliases,
  layers,
  hidden,
  queryHeads,
  kvHeads,
  headSize: 128,
  ffn,
  vocabulary,
  context,
});

export const models = catalogue('model', [
  shape('llama3-8b', 'Llama-3-8B', [32, 4096, 32, 8, 14336, 128256], 8192, [
    'llama-3-8b',
    'meta-llama/Meta-Llama-3-8B-Instruct',
  ]),
  shape('llama3.1-8b', 'Llama-3.1-8B', [32, 4096, 32, 8, 14336, 128256], 131072, [
    'llama-3.1-8b',
    'meta-llama/Llama-3.1-8B-Instruct',
  ]),
  shape('llama3-70b', 'Llama-3-70B', [80, 8192, 64, 8, 28672, 128256], 8192, [
    'llama-3-70b',
    'meta-llama/Meta-Llama-3-70B-Instruct',
  ]),
  shape('llama3.1-70b', 'Llama-3.1-70B', [80, 8192, 64, 8, 28672, 128256], 131072, [
    'llama-3.1-70b',
    'meta-llama/Llama-3.1-70B-Instruct',
  ]),
  shape('llama2-7b', 'Llama-2-7B', [32, 4096, 32, 32, 11008, 32000], 4096, ['llama-2-7b']),
  shape('llama2-70b', 'Llama-2-70B', [80, 8192, 64, 8, 28672, 32000], 4096, ['llama-2-70b']),
  shape('codellama-34b', 'CodeLlama-34B', [48, 8192, 64, 8, 22016, 32000], 16384),
  shape('mistral-7b', 'Mistral-7B', [32, 4096, 32, 8, 14336, 32000], 32768),
  shape('mistral-nemo-12b', 'Mistral-Nemo-12B', [40, 5120, 32, 8, 14336, 131072], 131072),
  shape('qwen2.5-7b', 'Qwen2.5-7B', [28, 3584, 28, 4, 18944, 152064], 32768, ['Qwen/Qwen2.5-7B-Instruct']),
  shape('qwen3-14b', 'Qwen3-14B', [40, 5120, 40, 8, 17408, 151936], 40960, ['Qwen/Qwen3-14B']),
  shape('qwen3-32b', 'Qwen3-32B', [64, 5120, 64, 8, 25600, 151936], 40960, ['Qwen/Qwen3-32B']),
  shape('yi-34b', 'Yi-34B', [60, 7168, 56, 8, 20480, 64000], 4096),
  {
    ...shape('mixtral-8x7b', 'Mixtral-8x7B', [32, 4096, 32, 8, 14336, 32000], 32768, ['mixtral']),
    experts: { count: 8, active: 2 },
  },
]);

/** Weights per layer on one of `ranks` tensor-parallel ranks; K and V heads replicate when there are fewer than ranks. */
export function layerWeights(model: ModelShape, ranks: number): { attention: number; ffn: number } {
  const heads = model.queryHeads / ranks + Math.max(1, model.kvHeads / ranks);
  return { attention: 2 * model.hidden * model.headSize * heads, ffn: (3 * model.hidden * model.ffn) / ranks };
}

/** Weights on one rank, embedding and output head included. */
export function rankWeights(model: ModelShape, ranks: number): number {
  const { attention, ffn } = layerWeights(model, ranks);
  const layer = attention + ffn * (model.experts?.count ?? 1);
  return model.layers * layer + (2 * model.vocabulary * model.hidden) / ranks;
}

/** Bytes of keys and values one token takes on one rank. */
export function kvBytesPerToken(model: ModelShape, ranks: number, bytesPerValue: number): number {
  return 2 * model.layers * Math.max(1, model.kvHeads / ranks) * model.headSize * bytesPerValue;
}
