import type { Spread } from './audit-item.ts';

/** Median lengths of public traces, tokens: what a workload can be laid beside. */
const references = [
  { name: 'Azure LLM 2023, conversation', prompt: 1020, output: 129 },
  { name: 'Azure LLM 2023, code', prompt: 1469, output: 13 },
  { name: 'ShareGPT (8K, as the paper of the fluidity-index cut it)', prompt: 1730, output: 415 },
  { name: 'arXiv summarization', prompt: 2730, output: 167 },
  { name: 'BWB translation', prompt: 1037, output: 1601 },
] as const;

const times = (value: number, of: number): string => `×${Number((value / of).toPrecision(2))}`;

/** The public trace whose medians are nearest, by the product of both factors, and how far they are off. */
export function nearestReference(prompt: Spread, output: Spread): string | undefined {
  const [p, o] = [prompt.p50, output.p50];
  if (p === undefined || o === undefined || p <= 0 || o <= 0) return undefined;
  const distance = (of: (typeof references)[number]): number =>
    Math.abs(Math.log(p / of.prompt)) + Math.abs(Math.log(o / of.output));
  const [nearest] = [...references].sort((a, b) => distance(a) - distance(b));
  if (!nearest) return undefined;
  return `nearest of the traces we know: ${nearest.name}, prompts ${times(p, nearest.prompt)} and answers ${times(o, nearest.output)} of its medians`;
}
