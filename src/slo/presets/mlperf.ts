import type { Preset } from './preset.ts';

/** P99 limits of MLPerf Inference (rules of July 2026), [TTFT, TPOT] in ms. */
const limits: Readonly<Record<string, { server: readonly [number, number]; interactive?: readonly [number, number] }>> =
  {
    'llama2-70b': { server: [2000, 200], interactive: [450, 40] },
    'llama3.1-8b': { server: [2000, 100], interactive: [500, 30] },
    'llama3.1-405b': { server: [6000, 175], interactive: [4500, 80] },
    'mixtral-8x7b': { server: [2000, 200] },
    'deepseek-r1': { server: [2000, 80], interactive: [1500, 15] },
    'gpt-oss-120b': { server: [3000, 80], interactive: [2000, 20] },
  };

export const mlperf: readonly Preset[] = Object.entries(limits).flatMap(([model, scenarios]) =>
  Object.entries(scenarios).map(([scenario, [ttft, tpot]]) => ({
    kind: `mlperf-${scenario}-${model}`,
    summary: `MLPerf ${scenario}: P99 of the first token at most ${ttft} ms, P99 of TPOT at most ${tpot} ms`,
    conditions: [`ttft_p99<=${ttft}ms`, `tpot_p99<=${tpot}ms`],
  })),
);
