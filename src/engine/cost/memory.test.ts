import { describe, expect, it } from 'vitest';
import { gpus } from './gpus.ts';
import { kvBlocks } from './memory.ts';
import { kvBytesPerToken, models } from './models.ts';

const blocks = (model: string, gpu: string, tensorParallel: number, weights: 'bf16' | 'fp8' = 'bf16') =>
  kvBlocks(
    models.get(model),
    gpus.get(gpu),
    { tensorParallel, weights, kv: 'bf16' },
    { utilization: 0.9, blockSize: 16, batchedTokens: gpu === 'h100' ? 8192 : 2048 },
  );

describe('key-value memory', () => {
  it.each([
    ['llama3-8b', 1, 28.3, 27.6],
    ['llama3-8b', 2, 63.9, 62.7],
    ['mistral-7b', 1, 29.1, 28.8],
    ['llama2-7b', 1, 7.4, 7.3],
    ['qwen2.5-7b', 1, 65.5, 63.7],
    ['yi-34b', 2, 20.7, 20.2],
    ['yi-34b', 4, 58.9, 58.0],
    ['codellama-34b', 2, 26.3, 25.7],
    ['llama3-70b', 4, 30.3, 29.2],
    ['llama3-70b', 8, 87.5, 85.5],
    ['mixtral-8x7b', 2, 27.2, 26.6],
    ['mixtral-8x7b', 4, 99.0, 98.0],
  ])('holds the blocks published for %s on %d GPUs, within 2.5 %%', (model, ranks, a100, h100) => {
    expect(Math.abs(blocks(model, 'a100', ranks) / 1e3 / a100 - 1)).toBeLessThan(0.025);
    expect(Math.abs(blocks(model, 'h100', ranks) / 1e3 / h100 - 1)).toBeLessThan(0.025);
  });

  it('takes the bytes per token of the models', () => {
    const bytes = (model: string) => kvBytesPerToken(models.get(model), 1, 2);
    expect(bytes('llama3-8b')).toBe(131072);
    expect(bytes('llama2-7b')).toBe(524288);
    expect(bytes('qwen2.5-7b')).toBe(57344);
    expect(bytes('yi-34b')).toBe(245760);
    expect(bytes('llama3-70b')).toBe(327680);
  });

  it('says how much is missing when a model does not fit', () => {
    expect(() => blocks('llama3-70b', 'h100', 1)).toThrow(
      /Llama-3-70B does not fit one NVIDIA H100 SXM 80 GB: 6\d\.\d GiB missing$/,
    );
    expect(() => blocks('llama3-70b', 'a100', 1, 'fp8')).not.toThrow();
  });
});
