import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileCoefficients, costModel, type IterationLoad, type Parallelism } from './cost-model.ts';
import { gpuFromDatasheet, gpus } from './gpus.ts';
import { hosts } from './hosts.ts';
import { models } from './models.ts';
import vectors from './test-vectors.json' with { type: 'json' };

const bf16 = (tensorParallel: number): Parallelism => ({ tensorParallel, weights: 'bf16', kv: 'bf16' });

const build = (model: string, gpu: string, tensorParallel: number, host = 'vllm-v1-async') =>
  costModel(
    compileCoefficients(models.get(model), gpus.get(gpu), bf16(tensorParallel)),
    hosts.get(host).at(tensorParallel),
  );

/** Chunks as [tokens, already cached]. */
function load(chunks: readonly (readonly number[])[], decodes: number, kvTokens: number): IterationLoad {
  const of = (weigh: (q: number, x: number) => number) => chunks.reduce((sum, [q = 0, x = 0]) => sum + weigh(q, x), 0);
  const chunkTokens = of((q) => q);
  return {
    tokens: chunkTokens + decodes,
    chunks: chunks.length,
    chunkTokens,
    chunkContext: of((q, x) => q * (x + q / 2)),
    decodes,
    kvTokens,
  };
}

describe('cost model', () => {
  for (const { model, gpu, tp, host, cases } of vectors) {
    it(`agrees with the reference vectors of ${model} on ${tp} × ${gpu} within 0.1 %`, () => {
      const cost = build(model, gpu, tp, host);
      expect(cases).toHaveLength(9);
      for (const { prefill, decodes, sum_kv, ms } of cases) {
        const ours = cost.iteration(load(prefill, decodes, sum_kv)) / 1e6;
        expect(Math.abs(ours / ms - 1)).toBeLessThan(1e-3);
      }
    });
  }

  // The published predictions carry two or three digits.
  it.each([
    ['h100', [6.1, 18.6, 21.4], [22, 62, 250, 1180], 23.7],
    ['a100', [10.2, 32.7, 39.6], [54, 181, 743, 3650], 58],
  ] as const)('predicts Mixtral on 2 × %s', (gpu, decodes, prefills, mixed) => {
    const cost = build('mixtral-8x7b', gpu, 2);
    const near = (ours: number, ms: number) => expect(Math.abs(ours / 1e6 / ms - 1)).toBeLessThan(0.025);
    for (const [i, n] of [1, 32, 128].entries()) near(cost.iteration(load([], n, n * 1024)), decodes[i]!);
    for (const [i, q] of [512, 2048, 8192, 32768].entries()) near(cost.iteration(load([[q, 0]], 0, 0)), prefills[i]!);
    near(cost.iteration(load([[480, 2048]], 32, 32 * 1024)), mixed);
  });

  it('never gets faster with more work', () => {
    const anyLoad = fc.record({
      chunks: fc.array(fc.tuple(fc.integer({ min: 1, max: 8192 }), fc.integer({ min: 0, max: 32768 })), {
        maxLength: 4,
      }),
      decodes: fc.integer({ min: 1, max: 512 }),
      kv: fc.integer({ min: 1, max: 500_000 }),
    });
    const costs = [build('llama3-8b', 'h100', 1), build('yi-34b', 'a100', 2), build('mixtral', 'h100', 4)];
    fc.assert(
      fc.property(anyLoad, fc.constantFrom(...costs), ({ chunks, decodes, kv }, cost) => {
        const time = cost.iteration(load(chunks, decodes, kv));
        expect(cost.iteration(load(chunks, decodes + 1, kv))).toBeGreaterThanOrEqual(time);
        expect(cost.iteration(load(chunks, decodes, kv + 1))).toBeGreaterThan(time);
        expect(cost.iteration(load([...chunks, [1, 0]], decodes, kv))).toBeGreaterThan(time);
        const [first, ...rest] = chunks;
        if (!first) return;
        expect(cost.iteration(load([[first[0] + 1, first[1]], ...rest], decodes, kv))).toBeGreaterThan(time);
        expect(cost.iteration(load([[first[0], first[1] + 1], ...rest], decodes, kv))).toBeGreaterThan(time);
      }),
    );
  });

  it('halves with tensor parallelism what is split, and nothing else', () => {
    const one = compileCoefficients(models.get('llama3-8b'), gpus.get('h100'), bf16(1));
    const two = compileCoefficients(models.get('llama3-8b'), gpus.get('h100'), bf16(2));
    for (const key of ['W', 'c1', 'c2', 'c4'] as const) expect(two[key] / one[key]).toBeCloseTo(0.5, 6);
    for (const key of ['cp', 'cd', 'tau'] as const) expect(two[key]).toBe(one[key]);
    expect(two.c0 / one.c0).toBeGreaterThan(0.8);
    expect(two.allReduce?.switchTokens).toBe(1024);
    expect(one.allReduce).toBeUndefined();
  });

  it('stays monotone where the all-reduce switches', () => {
    const cost = build('llama3-70b', 'h100', 4, 'none');
    let previous = 0;
    for (let tokens = 500; tokens < 530; tokens++) {
      const time = cost.iteration(load([[tokens, 0]], 0, 0));
      expect(time).toBeGreaterThan(previous);
      previous = time;
    }
  });

  it('reads FP8 weights twice as fast', () => {
    const fp8 = compileCoefficients(models.get('llama3-70b'), gpus.get('h100'), {
      tensorParallel: 4,
      weights: 'fp8',
      kv: 'bf16',
    });
    const plain = compileCoefficients(models.get('llama3-70b'), gpus.get('h100'), bf16(4));
    expect(fp8.W).toBeCloseTo(plain.W / 2, 3);
    expect(fp8.c1 / plain.c1).toBeCloseTo(0.82 / 1.1, 6);
    expect(fp8.c4).toBe(plain.c4);
  });

  it('pads to tiles and captured graphs when asked', () => {
    const coefficients = compileCoefficients(models.get('llama3-8b'), gpus.get('a100'), bf16(1));
    const host = hosts.get('none').at(1);
    const tiled = costModel(coefficients, host, { tile: 128 });
    const step = tiled.iteration(load([[257, 0]], 0, 0)) / tiled.iteration(load([[256, 0]], 0, 0));
    expect(step).toBeGreaterThan(1.2);
    expect(step).toBeLessThan(1.5);
    const padded = costModel(coefficients, host, { graphPadding: true });
    const plain = costModel(coefficients, host);
    expect(padded.iteration(load([], 9, 9000))).toBeGreaterThan(plain.iteration(load([], 9, 9000)));
    expect(padded.iteration(load([], 16, 9000))).toBe(plain.iteration(load([], 16, 9000)));
  });

  it('slows iterations with small chunks when asked', () => {
    const coefficients = compileCoefficients(models.get('llama3-8b'), gpus.get('a100'), bf16(1));
    const host = hosts.get('none').at(1);
    const [plain, slow] = [costModel(coefficients, host), costModel(coefficients, host, { chunkFactor: 1.5 })];
    const ratio = (of: IterationLoad) => slow.iteration(of) / plain.iteration(of);
    expect(ratio(load([[512, 0]], 8, 8000))).toBeCloseTo(1.5, 9);
    expect(ratio(load([[2048, 0]], 8, 8000))).toBe(1);
    expect(ratio(load([], 8, 8000))).toBe(1);
  });

  it('reduces slowly between cards that NVLink joins in pairs only', () => {
    // Llama-3-70B has 80 layers of 8,192: 445 tokens are 7.3 MB, of which each layer reduces two.
    const reduce = (gpu: string, ranks: 2 | 4) => {
      const { allReduce } = compileCoefficients(models.get('llama3-70b'), gpus.get(gpu), bf16(ranks));
      return (allReduce!.small[0] + allReduce!.small[1] * 445) / 160;
    };
    expect(reduce('a100-pcie', 4) / 1e6).toBeCloseTo(0.51, 2);
    expect(reduce('a100-pcie', 4) / reduce('a100', 4)).toBeGreaterThan(4);
    expect(reduce('a100-pcie', 2)).toBe(reduce('a100', 2));
  });

  it('gives datasheet GPUs the efficiencies of an H100 and says so', () => {
    const gpu = gpuFromDatasheet({ name: 'x', bandwidth: 3.35e12, flops: 989e12, memoryGiB: 80 });
    expect(gpu.provenance).toBe('uncalibrated');
    expect(compileCoefficients(models.get('llama3-8b'), gpu, bf16(1))).toEqual(
      compileCoefficients(models.get('llama3-8b'), gpus.get('h100'), bf16(1)),
    );
  });
});

describe('catalogues', () => {
  it('answer to aliases, whatever the case', () => {
    expect(models.get('Meta-Llama/meta-llama-3-8b-instruct')).toBe(models.get('llama3-8b'));
    expect(gpus.get('H100')).toBe(gpus.get('h100-sxm-80gb'));
    expect(hosts.has('vllm_v1_async')).toBe(true);
  });

  it('list what they know when a name is unknown', () => {
    expect(() => models.get('llama4')).toThrow(/unknown model "llama4"; known: llama3-8b, /);
    expect(() => gpus.get('b200')).toThrow(/unknown GPU "b200"; known: h100-sxm-80gb/);
    expect(() => gpus.get('b200')).toThrow(/h100-sxm-80gb \(h100/);
    expect(() => hosts.get('sglang')).toThrow(/known: vllm-v1-async/);
  });
});
