import { describe, expect, it } from 'vitest';
import { calibrate } from './calibration.ts';
import { compileCoefficients, costModel, type Parallelism } from './cost-model.ts';
import { gpus } from './gpus.ts';
import { modelFromConfig } from './model-config.ts';
import { models } from './models.ts';

const how: Parallelism = { tensorParallel: 2, weights: 'bf16', kv: 'bf16' };

describe('three-probe calibration', () => {
  it('finds the sustained rate and the host of the server that was probed', () => {
    const [model, gpu] = [models.get('yi-34b'), gpus.get('a100')];
    const slow = { ...gpu, efficiency: { ...gpu.efficiency, sustained: 0.61 } };
    const cost = costModel(compileCoefficients(model, slow, how), { constant: 2.5e-3, perSequence: 40e-6 });
    const empty = { tokens: 0, chunks: 0, chunkTokens: 0, chunkContext: 0, decodes: 0, kvTokens: 0 };
    const decode = (streams: number) =>
      cost.iteration({ ...empty, tokens: streams, decodes: streams, kvTokens: streams * 1000 }) / 1e9;
    const found = calibrate(model, gpu, how, {
      single: { seconds: decode(1), context: 1000 },
      batch: { seconds: decode(32), context: 1000, streams: 32 },
      prefill: {
        seconds:
          cost.iteration({ ...empty, tokens: 4096, chunks: 1, chunkTokens: 4096, chunkContext: 4096 ** 2 / 2 }) / 1e9,
        tokens: 4096,
      },
    });
    expect(found.sustained).toBeCloseTo(0.61, 6);
    expect(found.host.constant).toBeCloseTo(2.5e-3, 7);
    expect(found.host.perSequence).toBeCloseTo(40e-6, 8);
  });

  it('refuses probes no sustained rate explains', () => {
    expect(() =>
      calibrate(
        models.get('llama3-8b'),
        gpus.get('h100'),
        { ...how, tensorParallel: 1 },
        {
          single: { seconds: 0.01, context: 1000 },
          batch: { seconds: 0.012, context: 1000, streams: 32 },
          prefill: { seconds: 0.001, tokens: 4096 },
        },
      ),
    ).toThrow(/probes do not agree/);
  });
});

describe('config.json', () => {
  it('gives the shape of a known model', () => {
    const config = {
      num_hidden_layers: 32,
      hidden_size: 4096,
      num_attention_heads: 32,
      num_key_value_heads: 8,
      intermediate_size: 14336,
      vocab_size: 32000,
      max_position_embeddings: 32768,
      num_local_experts: 8,
      num_experts_per_tok: 2,
    };
    const { label: _, aliases: __, kind: ___, ...known } = models.get('mixtral-8x7b');
    expect(modelFromConfig('m', config)).toMatchObject(known);
    expect(modelFromConfig('m', { text_config: config })).toMatchObject(known);
  });

  it('names what is missing', () => {
    expect(() => modelFromConfig('m', { hidden_size: 10 })).toThrow(
      /lacks num_hidden_layers, num_attention_heads, vocab_size/,
    );
    expect(() => modelFromConfig('m', null)).toThrow(/not an object/);
  });
});
