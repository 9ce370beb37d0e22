import type { Preset } from './preset.ts';

/** Longest P99 gap, ms, strict and relaxed: 5 and 25 undisturbed decode iterations (Sarathi-Serve, OSDI 24). */
const gaps: Readonly<Record<string, readonly [strict: number, relaxed: number]>> = {
  'mistral-7b': [100, 500],
  'yi-34b': [200, 1000],
  'llama2-70b': [1000, 5000],
  'falcon-180b': [1000, 5000],
};

const preset = (model: string, tier: string, gap: number): Preset => ({
  kind: `sarathi-${tier}-${model}`,
  summary: `Sarathi-Serve, ${tier}: P99 gap at most ${gap} ms, median scheduling delay at most 2 s`,
  conditions: [`tbt_p99<=${gap}ms`, 'scheduling_delay_p50<=2s'],
});

export const sarathi: readonly Preset[] = Object.entries(gaps).flatMap(([model, [strict, relaxed]]) => [
  preset(model, 'strict', strict),
  preset(model, 'relaxed', relaxed),
]);
